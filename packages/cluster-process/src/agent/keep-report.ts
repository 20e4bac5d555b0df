import type { JobRequest } from '@lacuna/cluster';
import { constants, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A larger file is no test report; it is refused, not cut. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024;
/** The file system's clock ticks more coarsely than ours: up to 10 ms at 100 Hz. */
const TICK_MS = 20;

/**
 * Copies the report file of a command that has ended to where no later command can change it. Answers why there is none, in words for
 * people. A file that is older than the command is an earlier one's, and proves nothing about this.
 */
export async function keepReport(
  { reportFile = '', workdir }: JobRequest,
  startedAt: number,
  keptAt: string,
): Promise<string | undefined> {
  const path = resolve(workdir ?? process.cwd(), reportFile);
  try {
    // Not blocking: a named pipe would hold us here for as long as nobody writes.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    const { size, mtimeMs } = stat;
    if (!stat.isFile()) return `the report file ${reportFile} is not a regular file`;
    if (mtimeMs < startedAt - TICK_MS) return `the report file ${reportFile} was written before the command began`;
    if (size > MAX_REPORT_BYTES)
      return `the report file ${reportFile} has ${size} bytes; the limit is ${MAX_REPORT_BYTES}`;
    if (size > 0) await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), createWriteStream(keptAt));
    return undefined;
  } catch (error) {
    await rm(keptAt, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? `there was no report file ${reportFile} when the command had ended`
      : `the report file ${reportFile} cannot be read: ${message}`;
  }
}
