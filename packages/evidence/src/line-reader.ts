import type { TestReport, TestReportFormat } from '@lacuna/contracts';
import type { TestNames } from './test-names.ts';

/** Reads one test tool's output line by line. Lines come without their newline and without terminal control sequences. */
export interface LineReader {
  line(text: string): void;
  /** The last line when no newline ended it. Its end may be missing, so no closing figure may be read from it. */
  rest(text: string): void;
  /** The closing summary was seen, so that what follows may be another run. Asked before every line, so it has to be cheap. */
  readonly hasSummary: boolean;
  report(): TestReport;
}

/** `perhaps`: other programs print such lines too, so the search for a better sign goes on. */
export type Recognition = 'surely' | 'perhaps' | 'no';

export interface Format {
  readonly name: TestReportFormat;
  /** A line that it recognises has one of these beginnings or one that is not ASCII, or ends with the character `end`. */
  readonly signs: { readonly beginnings: readonly string[]; readonly end?: string };
  /** Whether a line is characteristic of the tool. Called for every line of a log, so it has to be cheap. */
  recognise(text: string): Recognition;
  /** Whether a line begins a run; what is characteristic may also stand at the end of one. `again`: the run before is of this tool. */
  begins(text: string, again: boolean): boolean;
  /** `names`: takes the name of every test that has one. */
  open(names?: TestNames): LineReader;
}
