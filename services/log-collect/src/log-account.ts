import { createHash, type Hash } from 'node:crypto';
import { LogTail, type LogOverlap, type LogPart } from '@lacuna/cluster';
import { openReportReader, type ReportReader } from '@lacuna/evidence';
import { defined, reportFileOf, type EvaluationSpec, type TestReport } from '@lacuna/contracts';
import type { Note } from './chunk-note.ts';
import type { Witness } from './container-end.ts';
import { RecordSum } from './record-sum.ts';

/** Bytes of a log, counted and hashed. */
interface Counted {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** How the evaluation's spec says that its log is to be read. */
export interface AccountWishes {
  readonly report: string | undefined;
  /** How many bytes of the log are stored; what comes behind them is only counted. */
  readonly budgetBytes?: number;
  readonly streams?: EvaluationSpec['streams'];
}

type Gap = NonNullable<LogPart['gap']>;

/** More places than this explain nothing; how many bytes are missing in all is known without them. */
const MAX_GAPS = 90;

/** What was read of a log: counts, hashes and reads the test results of every byte, in order, in constant memory. */
export class LogAccount {
  readonly #hash: Hash = createHash('sha256');
  readonly #reader: ReportReader;
  readonly #tail = new LogTail();
  readonly #gaps = new Map<number, Gap>();
  readonly #budget: number;
  #bytes = 0;
  #lines = 0;
  #mark: string | undefined;
  #isUnproven = false;
  #stored: Counted | undefined;
  /** Only where it may be needed: it costs a hash of each line. */
  readonly #records: RecordSum | undefined;

  constructor({ report, budgetBytes = Infinity, streams }: AccountWishes) {
    const inLog = reportFileOf(report) === undefined ? (report ?? 'auto') : 'none';
    this.#reader = openReportReader(inLog as Parameters<typeof openReportReader>[0]);
    this.#budget = budgetBytes;
    this.#records = streams === 'apart' ? new RecordSum() : undefined;
  }

  /** Bytes that were read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether some of them may be none of the log's, unless all together are what the seal counted. */
  get isUnproven(): boolean {
    return this.#isUnproven;
  }

  /** Places behind which bytes are or may be missing. */
  get gaps(): readonly Gap[] {
    return [...this.#gaps.values()].sort((a, b) => a.at - b.at);
  }

  /** How many of the next bytes are within the budget. */
  roomFor(bytes: number): number {
    return Math.max(0, Math.min(bytes, this.#budget - this.#bytes));
  }

  /** Counts and hashes the next bytes, and reads test results in them. */
  count(bytes: Uint8Array): void {
    const room = this.roomFor(bytes.length);
    this.#count(bytes.subarray(0, room));
    if (room === bytes.length) return;
    this.#stored ??= this.whole();
    this.#count(bytes.subarray(room));
  }

  /** What the source said of the place. */
  note({ mark, gaps, isUnproven = false }: Note): void {
    this.#mark = mark ?? this.#mark;
    this.#isUnproven ||= isUnproven;
    for (const gap of gaps)
      if (this.#gaps.size < MAX_GAPS && this.#gaps.get(gap.at)?.cause !== 'rotation') this.#gaps.set(gap.at, gap);
  }

  /** How the log is found again in its source. */
  overlap(): LogOverlap {
    return { tail: this.#tail.bytes(), ...defined({ mark: this.#mark }) };
  }

  /** What is stored. */
  stored(): Counted {
    return this.#stored ?? this.whole();
  }

  /** All that was read, within the budget or not. */
  whole(): Counted {
    return { bytes: this.#bytes, lines: this.#lines, sha256: this.#hash.copy().digest('hex') };
  }

  /**
   * Whether all that was read is what a witness counted: the same bytes; or, of two streams, the same records, in whichever order the runtime
   * wrote them. Undefined when it is neither.
   */
  proof(witness: Witness | undefined): 'bytes' | 'records' | undefined {
    if (witness === undefined || witness.bytes !== this.#bytes) return undefined;
    if (witness.sha256 === this.whole().sha256) return 'bytes';
    return witness.streams !== undefined && this.#records?.equals(witness.streams) === true ? 'records' : undefined;
  }

  /** Whether all that was read, with these bytes behind it, is byte for byte what a witness counted. */
  isProvenBy(witness: Witness, next: Uint8Array = new Uint8Array()): boolean {
    return (
      this.#bytes + next.length === witness.bytes && this.#hash.copy().update(next).digest('hex') === witness.sha256
    );
  }

  report(): TestReport | undefined {
    return this.#reader.end();
  }

  #count(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#records?.add(bytes);
    this.#tail.add(bytes);
    this.#bytes += bytes.byteLength;
    // Who reads test results has to find the lines anyway, which costs more than all else that is done with them.
    this.#lines += this.#reader.write(bytes);
  }
}
