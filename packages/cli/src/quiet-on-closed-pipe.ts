/** What a program killed by SIGPIPE exits with, by the shells' convention (128 + 13). */
const SIGPIPE_EXIT_CODE = 141;

/** Ends the process without a word when its reader has gone, as in `lacuna logs ID | head`. */
export function quietOnClosedPipe(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(SIGPIPE_EXIT_CODE);
    });
  }
}
