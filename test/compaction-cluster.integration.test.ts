import { evaluationIdForKey, fact, type Fact } from '@lacuna/contracts';
import type { Bus, UserName } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { startChartNats } from './support/chart-nats.ts';

const IDS = Array.from({ length: 20 }, (_, i) => evaluationIdForKey(`compacted-${i}`));
const PODS = 6;

const podFacts: readonly Fact[] = IDS.flatMap((evaluation) =>
  Array.from({ length: PODS }, (_, i) =>
    fact('pod-created', { evaluation, at: 1 }, { pod: `pod-${i}`, podUid: `uid-${i}`, jobUid: 'job' }),
  ),
);

test('on three servers and with the rights of the chart, facts said at once and again while replicas compact are there once', async () => {
  await using nats = await startChartNats(3);
  await using stack = new AsyncDisposableStack();
  const as = async (user: UserName, server: number): Promise<Bus> => stack.use(await nats.bus(user, server));
  await nats.provision();
  const watch = await as('k8s-watch', 0);
  const outcomes = await Promise.all(podFacts.map((told) => watch.publishFact(told)));
  // Known is what was stored by an attempt whose answer was lost, or late.
  expect(outcomes.filter(({ kind }) => kind === 'conflict')).toEqual([]);
  const before = await eventually('every replica has them', async () => {
    const all = await Promise.all(IDS.map((id) => watch.readFacts(id)));
    return all.flat().length === podFacts.length ? all : undefined;
  });

  const stale = await as('k8s-watch', 1);
  const kinds = new Set<string>();
  const compacting = [await as('trace-audit', 0), await as('trace-audit', 2)].map(async (audit) => {
    for (const id of IDS) await audit.compact(await audit.readHistory(id), Date.now());
  });
  const saying = podFacts.map(async (told) => kinds.add((await stale.publishFact(told)).kind));
  await Promise.all([...compacting, ...saying]);
  for (const told of podFacts) kinds.add((await stale.publishFact(told)).kind);
  expect([...kinds]).toEqual(['known']);
  await eventually('every replica has deleted', async () => {
    const histories = await Promise.all(IDS.map((id) => stale.readHistory(id)));
    expect(histories.filter(({ record }) => record?.notDeleted !== 0)).toEqual([]);
    expect(histories.map(({ facts }) => facts)).toEqual(before);
    return true;
  });
});
