import { parseByteSize, submittedSubject, type EvaluationId } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { LogWishes } from './capture.ts';

/** What an evaluation wants of its log, by its spec; `budgetBytes` where that does not say. */
export async function wishesOf(
  evaluation: EvaluationId,
  bus: Pick<Bus, 'readFact'>,
  budgetBytes: number,
): Promise<LogWishes> {
  const found = await bus.readFact(submittedSubject(evaluation));
  const { report, logBudget = '', streams = 'together' } = found?.fact.type === 'submitted' ? found.fact.data.spec : {};
  return { report, budgetBytes: parseByteSize(logBudget) ?? budgetBytes, streams };
}
