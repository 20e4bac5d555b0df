import { open } from 'node:fs/promises';

/** A container's log as far as it is stored. */
export interface LogSource {
  readonly path: string;
  /** Bytes in the file. The file is made with the first of them. */
  readonly stored: number;
  /** The container has ended and nothing more will be stored. */
  readonly complete: boolean;
  /** Resolves at the next change of the other two, or when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>;
}

export interface ReadPosition {
  readonly offset: number;
  readonly follow: boolean;
}

const CHUNK = 64 * 1024;

/** The stored bytes from an offset on; with `follow` goes on until the log is complete or the signal is aborted. */
export async function* readLog(
  source: LogSource,
  { offset, follow }: ReadPosition,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let position = offset;
  while (!signal.aborted) {
    // One open per run of bytes: a follower that waits holds no file.
    if (position < source.stored) position = yield* readStored(source, position);
    else if (!follow || source.complete) return;
    else await source.changed(signal);
  }
}

async function* readStored(source: LogSource, from: number): AsyncGenerator<Buffer, number> {
  await using file = await open(source.path, 'r');
  let position = from;
  while (position < source.stored) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, source.stored - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error(`${source.path} ends at byte ${position} of ${source.stored}`);
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  return position;
}
