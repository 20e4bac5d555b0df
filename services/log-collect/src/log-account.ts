import { createHash, type Hash } from 'node:crypto';
import { openReportReader, type ReportReader } from '@lacuna/evidence';
import type { TestReport } from '@lacuna/contracts';
import type { Captured } from './log-statement-of.ts';

/** Counts, hashes and reads the test results of every stored byte, in order, in constant memory. */
export class LogAccount {
  readonly #hash: Hash = createHash('sha256');
  readonly #reader: ReportReader;
  #bytes = 0;
  #lines = 0;

  constructor(report: string | undefined) {
    this.#reader = openReportReader((report ?? 'auto') as Parameters<typeof openReportReader>[0]);
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#reader.write(bytes);
    this.#bytes += bytes.byteLength;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) this.#lines++;
  }

  captured(): Captured {
    return { bytes: this.#bytes, lines: this.#lines, sha256: this.#hash.copy().digest('hex') };
  }

  report(): TestReport | undefined {
    return this.#reader.end();
  }
}
