import { EXIT_CODES, NO_VERDICT_EXIT_CODE, type EvaluationView, type Verdict } from '@lacuna/contracts';

/**
 * Verdicts from best to worst. The less is known about the program, the worse: `failed` is a clear answer,
 * `incomplete` is a doubtful one, and `error` is none.
 */
const FROM_BEST: readonly Verdict[] = ['passed', 'cancelled', 'failed', 'timed_out', 'incomplete', 'error'];

/** What the exit codes mean; for the help of commands. */
export const EXIT_CODE_HELP =
  'exits with 0 passed, 1 failed, 3 error, 4 incomplete, 5 timed out, 6 cancelled, 7 no verdict (stuck, or --timeout)';

/** The exit code of the worst verdict; none at all is the worst; 0 when nothing was asked for. */
export function exitCodeOf(views: readonly Pick<EvaluationView, 'verdict'>[]): number {
  if (views.some(({ verdict }) => verdict === undefined)) return NO_VERDICT_EXIT_CODE;
  const worst = Math.max(...views.map(({ verdict }) => FROM_BEST.indexOf(verdict ?? 'passed')));
  return EXIT_CODES[FROM_BEST[worst] ?? 'passed'];
}
