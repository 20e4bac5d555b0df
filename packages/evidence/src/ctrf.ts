import { keptName } from './kept-name.ts';
import type { ReportFileReader, ReportFileReading } from './report-file-reader.ts';
import { sameCounts, sum, Tally, type Counts, type Outcome } from './tally.ts';
import { TestList } from './test-list.ts';

/** JSON can't be read in part, so a larger file is not read. */
const MAX_BYTES = 64 * 1024 * 1024;
/** `pending` was not run; `other` is neither pass nor failure, such as jest's todo. A word that CTRF does not know can't be judged. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  other: 'skipped',
};

type Members = Readonly<Record<string, unknown>>;

/** The Common Test Report Format (ctrf.io), a JSON document. Its `summary` must agree with its `tests`. */
export class CtrfReader implements ReportFileReader {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_BYTES) this.#chunks.push(chunk);
    else this.#chunks.length = 0;
  }

  end(): ReportFileReading {
    if (this.#bytes > MAX_BYTES) return unreadable(`it is larger than ${MAX_BYTES} bytes`);
    let document: unknown;
    try {
      document = JSON.parse(Buffer.concat(this.#chunks).toString('utf8'));
    } catch (error) {
      return unreadable((error as Error).message);
    }
    const results = membersOf(membersOf(document)['results']);
    const { summary, tests } = results;
    if (!Array.isArray(tests) || !isMembers(summary))
      return unreadable('it has no results.summary or no results.tests');
    return reading(summary, tests);
  }
}

function reading(summary: Members, tests: readonly unknown[]): ReportFileReading {
  const list = new TestList();
  const tally = new Tally(list);
  for (const test of tests.map(membersOf)) {
    const { status, duration } = test;
    tally.count(OUTCOMES[String(status)] ?? 'errored', nameOf(test), isDuration(duration) ? duration : undefined);
  }
  const claimed: Counts = {
    passed: figure(summary['passed']),
    failed: figure(summary['failed']),
    skipped: figure(summary['skipped']) + figure(summary['pending']) + figure(summary['other']),
    errored: 0,
  };
  const { counts } = tally;
  const collected = figure(summary['tests']);
  const durationMs = figure(summary['stop']) - figure(summary['start']);
  return {
    kind: 'read',
    ...list.results,
    report: {
      format: 'ctrf',
      collected,
      ...counts,
      inFlight: [],
      failures: tally.failures,
      summary: sameCounts(counts, claimed) && sum(claimed) === collected ? 'agrees' : 'disagrees',
      claimed,
      ...(durationMs >= 0 ? { durationMs } : {}),
    },
  };
}

function nameOf({ name, suite }: Members): string {
  const within = Array.isArray(suite) ? suite.map(String) : typeof suite === 'string' ? [suite] : [];
  return keptName([...within, String(name)].join(' > '));
}

function figure(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : 0;
}

/** CTRF has no word for a duration that is not known: writers say 0. */
function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value);
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(why: string): ReportFileReading {
  return { kind: 'unreadable', reason: `not a CTRF file: ${keptName(why)}` };
}
