import { fact, type Fact, type FactData } from '@lacuna/contracts';
import { DUPLICATE_START } from './break.ts';
import type { Evaluation } from './evaluation.ts';

/**
 * What broke earlier attempts and is made good by the one that the verdict rests on, because that came to the program's own result: each such
 * finding is cleared, which resolves its alert. It comes before the verdict, so that no crash can come between. That work was done twice is not
 * made good by anything.
 */
export function overcomeFindings(
  evaluation: Evaluation,
  attempt: number,
  { verdict }: Pick<FactData<'settled'>, 'verdict'>,
  now: number,
): Fact[] {
  if (verdict !== 'passed' && verdict !== 'failed') return [];
  return Object.values(evaluation.findings).flatMap(({ raised, cleared }) => {
    if (raised === undefined || cleared !== undefined || raised.attempt >= attempt) return [];
    const { stage, cause } = raised.data;
    if (cause === DUPLICATE_START) return [];
    const about = { evaluation: evaluation.id, attempt: raised.attempt, at: now, known: 'inferred' } as const;
    return [fact('finding-cleared', about, { stage, cause, evidence: `attempt ${attempt} ${verdict}` })];
  });
}
