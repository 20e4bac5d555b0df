import { hash } from 'node:crypto';
import type { SealedStreams } from '@lacuna/contracts';

/** A record is at most so long. Source: `SealedStreamsSchema`. */
const LIMIT = 16 * 1024;
const NEWLINE = 0x0a;
const NOTHING = new Uint8Array();
const WORDS = 8;

/** The sum of the hashes of all records of a log, whatever their order: see `SealedStreamsSchema`. Holds three records in memory. */
export class RecordSum {
  readonly #sum = new Uint32Array(WORDS);
  /** The latest two records, as far as they were full and no newline came since: what no newline ends may be the ends of both streams. */
  #full: Uint8Array[] = [];
  #open: Uint8Array = NOTHING;

  add(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      const window = rest.subarray(0, LIMIT - this.#open.length);
      const newline = window.indexOf(NEWLINE);
      const taken = newline < 0 ? window : window.subarray(0, newline + 1);
      rest = rest.subarray(taken.length);
      const record = this.#open.length === 0 ? taken : Buffer.concat([this.#open, taken]);
      this.#open = NOTHING;
      if (newline >= 0) this.#endLine(record);
      else if (record.length === LIMIT) this.#endFull(Uint8Array.from(record));
      else this.#open = Uint8Array.from(record);
    }
  }

  /** Whether these are the records of both streams. What no newline ends comes last in the log, of the one before the other. */
  equals({ stdout, stderr, records }: SealedStreams): boolean {
    const rest = Buffer.concat([...this.#full, this.#open]);
    const tails = [stdout.tail ?? 0, stderr.tail ?? 0] as const;
    const at = rest.length - tails[0] - tails[1];
    if (at < 0) return false;
    return tails.some((first) => {
      const sum = this.#sum.slice();
      for (let from = 0; from < at; from += LIMIT) addRecord(sum, rest.subarray(from, Math.min(from + LIMIT, at)));
      addRecord(sum, rest.subarray(at, at + first));
      addRecord(sum, rest.subarray(at + first));
      return hexOf(sum) === records;
    });
  }

  #endLine(line: Uint8Array): void {
    for (const record of [...this.#full, line]) addRecord(this.#sum, record);
    this.#full = [];
  }

  #endFull(record: Uint8Array): void {
    const [oldest = NOTHING] = this.#full.length < 2 ? [] : this.#full.splice(0, 1);
    addRecord(this.#sum, oldest);
    this.#full.push(record);
  }
}

function addRecord(sum: Uint32Array, record: Uint8Array): void {
  if (record.length === 0) return;
  const digest = hash('sha256', record, 'buffer');
  for (let i = 0; i < WORDS; i++) sum[i] = (sum[i] ?? 0) + digest.readUInt32LE(i * 4);
}

function hexOf(sum: Uint32Array): string {
  const bytes = Buffer.alloc(WORDS * 4);
  sum.forEach((word, i) => bytes.writeUInt32LE(word, i * 4));
  return bytes.toString('hex');
}
