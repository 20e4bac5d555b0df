/**
 * What can be said about an evaluation in the end. `failed` = the program's own result; `error` = the platform's doing;
 * `incomplete` = exit code, log or report can't be proven, or contradict each other.
 */
export const VERDICTS = ['passed', 'failed', 'error', 'timed_out', 'cancelled', 'incomplete'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Exit codes of `lacuna submit --wait`, `run` and `wait`; 2 is kept for usage errors, as everywhere. */
export const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  passed: 0,
  failed: 1,
  error: 3,
  incomplete: 4,
  timed_out: 5,
  cancelled: 6,
};

/** The exit code of these commands when the waiting ended without a verdict: a stage is stuck, or `--timeout` is over. */
export const NO_VERDICT_EXIT_CODE = 7;

/** Where an evaluation is; derived from facts, never stored. */
export const PHASES = [
  'queued',
  'creating',
  'provisioning',
  'scheduling',
  'starting',
  'running',
  'collecting',
  'judging',
  'settled',
] as const;
export type Phase = (typeof PHASES)[number];
