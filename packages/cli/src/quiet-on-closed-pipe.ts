import { EXIT_CODES } from '@lacuna/contracts';
import { writeSync } from 'node:fs';

/** What a program killed by SIGPIPE exits with, by the shells' convention (128 + 13). */
const SIGPIPE_EXIT_CODE = 141;

/**
 * Ends the process when an output takes nothing more: without a word when its reader has gone, as in `lacuna logs ID | head`; else, as on a full disk, as an
 * error. Node's own exit code for that is the one of the verdict `failed`.
 */
export function quietOnClosedPipe(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(SIGPIPE_EXIT_CODE);
      try {
        writeSync(process.stderr.fd, `lacuna: the output can't be written: ${error.message}\n`);
      } finally {
        process.exit(EXIT_CODES.error);
      }
    });
  }
}
