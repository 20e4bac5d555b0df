import type { NoVerdict } from '@lacuna/client';
import type { EvaluationSpec, EvaluationView } from '@lacuna/contracts';
import { openReportReader, type ReportProgress, type ReportReader } from '@lacuna/evidence';
import type { Suite } from './suite.ts';

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

  constructor(suite: Suite, spec: EvaluationSpec) {
    this.suite = suite;
    this.spec = spec;
    const { report = 'auto' } = spec;
    // A report file is read by the server; what the log shows meanwhile is guessed.
    this.#reader = openReportReader(report.includes(':') ? 'auto' : (report as Kind));
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
}
