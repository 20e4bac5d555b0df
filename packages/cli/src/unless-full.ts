import { writeSync } from 'node:fs';

interface Output {
  readonly isTTY: boolean;
  write(text: string): void;
}

/** The output, for lines that are not worth the process: on a full disk, of which they may tell, they are lost. */
export function unlessFull(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  return {
    isTTY: stream.isTTY,
    write(text) {
      try {
        writeSync(stream.fd, text);
      } catch (error) {
        // A pipe whose reader is slow, or gone, is the stream's own business.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') stream.write(text);
      }
    },
  };
}
