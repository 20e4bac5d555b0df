import { EXIT_CODES, type EvaluationView, type Verdict } from '@lacuna/contracts';

/**
 * Verdicts from best to worst. The less is known about the program, the worse: `failed` is a clear answer,
 * `incomplete` is a doubtful one, and `error` is none.
 */
const FROM_BEST: readonly Verdict[] = ['passed', 'cancelled', 'failed', 'timed_out', 'incomplete', 'error'];

/** The exit code of the worst verdict; 0 for none at all. */
export function exitCodeOf(views: readonly Pick<EvaluationView, 'verdict'>[]): number {
  const worst = Math.max(...views.map(({ verdict }) => FROM_BEST.indexOf(verdict ?? 'passed')));
  return EXIT_CODES[FROM_BEST[worst] ?? 'passed'];
}
