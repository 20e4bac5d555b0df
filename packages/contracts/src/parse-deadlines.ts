import { defined } from './defined.ts';
import { parseDuration } from './duration.ts';
import { Failure, type Problem } from './failure.ts';
import { nearest } from './nearest.ts';
import { STAGES, type Deadlines, type Stage } from './span-contract.ts';

/**
 * An installation's own times of the span contract, from text such as `pod.create=5s+10s,log.capture=1m`: for each stage within which
 * time it is owed and, after a plus, the grace until the evaluation is settled without it. Throws `Failure('invalid-config')`.
 */
export function parseDeadlines(text: string): Deadlines {
  const deadlines: { [S in Stage]?: { owedWithinMs: number; graceMs?: number } } = {};
  const problems: Problem[] = [];
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const [name = '', times = ''] = entry.split('=');
    const [owed, grace] = times.split('+').map(parseDuration);
    const stage = STAGES.find((one) => one === name);
    if (stage === undefined)
      problems.push({
        where: entry,
        message: `no stage "${name}"; did you mean ${nearest(name, STAGES) ?? STAGES.join(', ')}?`,
      });
    else if (owed === undefined || (times.includes('+') && grace === undefined))
      problems.push({ where: entry, message: 'write times as in pod.create=30s+30s' });
    else deadlines[stage] = { owedWithinMs: owed, ...defined({ graceMs: grace }) };
  }
  if (problems.length > 0)
    throw new Failure(
      'invalid-config',
      `LACUNA_DEADLINES: ${problems.map(({ where, message }) => `${where}: ${message}`).join('; ')}`,
      { problems },
    );
  return deadlines;
}
