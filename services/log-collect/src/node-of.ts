import { podFactSubject } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Container } from './container.ts';

/** On which node a container runs, by the facts; undefined while nobody has told that. */
export async function nodeOf(
  { evaluation, attempt, podUid }: Container,
  bus: Pick<Bus, 'readFact'>,
): Promise<string | undefined> {
  const found = await bus.readFact(podFactSubject('pod-scheduled', { evaluation, attempt, podUid }));
  return found?.fact.type === 'pod-scheduled' ? found.fact.data.node : undefined;
}
