import { Failure, type Problem } from '@lacuna/contracts';

/** How many slots a queue gets for each one of another queue. Queues that are not named have 1. */
export type Weights = ReadonlyMap<string, number>;

/** The weights in a text such as `ci=3,nightly=0.5`. Throws `Failure('invalid-config')`. */
export function parseWeights(text: string): Weights {
  const weights = new Map<string, number>();
  const problems: Problem[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const split = entry.lastIndexOf('=');
    const [queue, weight] = [entry.slice(0, split).trim(), Number(entry.slice(split + 1))];
    if (split < 1 || !(weight > 0 && weight <= 1_000))
      problems.push({ where: entry, message: 'write a queue and its weight, above 0 and up to 1000, as in ci=3' });
    else weights.set(queue, weight);
  }
  if (problems.length === 0) return weights;
  const message = `LACUNA_QUEUE_WEIGHTS: ${problems.map((problem) => `${problem.where}: ${problem.message}`).join('; ')}`;
  throw new Failure('invalid-config', message, { problems });
}
