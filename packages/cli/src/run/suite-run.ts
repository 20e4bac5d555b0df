import type { Client, NoVerdict } from '@lacuna/client';
import { reportFileOf, type EvaluationSpec, type EvaluationView, type TestResult } from '@lacuna/contracts';
import { openReportReader, type ReportProgress, type ReportReader } from '@lacuna/evidence';
import { resultsInFile } from './results-in-file.ts';
import type { Suite } from './suite.ts';

const COUNTS = ['passed', 'failed', 'skipped', 'errored'] as const;

type Kind = Parameters<typeof openReportReader>[0];

/** One suite at work: what the server says of it, and what its log says by now. */
export class SuiteRun {
  readonly suite: Suite;
  readonly spec: EvaluationSpec;
  /** The evaluation, once it is accepted. */
  id: string | undefined;
  /** As it was read last. */
  view: EvaluationView | undefined;
  /** Why it is not waited for any longer, although it has no verdict. */
  noVerdict: NoVerdict | undefined;
  readonly #reader: ReportReader;

  /** `keepsNames`: those of all tests are wanted at the end. */
  constructor(suite: Suite, spec: EvaluationSpec, keepsNames = false) {
    this.suite = suite;
    this.spec = spec;
    const { report = 'auto' } = spec;
    // A report file is read by the server; what the log shows meanwhile is guessed.
    this.#reader = openReportReader(report.includes(':') ? 'auto' : (report as Kind), keepsNames);
  }

  get title(): string {
    return this.spec.run?.alone === undefined ? this.suite.name : `${this.suite.name} alone`;
  }

  /** Tests done and collected, by the log up to here. */
  get progress(): ReportProgress {
    return this.#reader.progress();
  }

  read(chunk: Uint8Array): void {
    this.#reader.write(chunk);
  }

  /** Every test by name, from the report file if there is to be one, else from the log; undefined when not all are known. Called at the end. */
  async results(client: Pick<Client, 'events'>): Promise<readonly TestResult[] | undefined> {
    if (this.view?.verdict === undefined || reportFileOf(this.spec.report) === undefined) return this.#resultsInLog();
    return resultsInFile(client, this.view.id);
  }

  /** When what was read here is what the server has read, and each test has a name. */
  #resultsInLog(): readonly TestResult[] | undefined {
    const known = this.view?.attempts.at(-1)?.report;
    const read = this.#reader.end();
    const same = known !== undefined && read !== undefined && COUNTS.every((count) => known[count] === read[count]);
    return same ? this.#reader.results() : undefined;
  }
}
