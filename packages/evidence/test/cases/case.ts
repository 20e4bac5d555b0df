/** One way to run a real test tool on the suites in `fixtures/suites`, and what is true of it. */
export interface Case {
  /** As a shell runs it, in the folder of the tool's suites. */
  readonly run: string;
  /** What its output proves, counted by hand from the suites. Undefined = nothing that a test tool would say. */
  readonly says: string | undefined;
  /** Of an output that can't carry a verdict: what is wrong with it. */
  readonly flaw?: string;
  /** Names of what failed or could not be judged, in any order. */
  readonly failures?: readonly string[];
}
