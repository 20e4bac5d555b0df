import { evaluationIdForKey, fact, type EvaluationId, type Fact } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { startChartNats, type ChartNats } from './support/chart-nats.ts';

const PODS = 20;
/** Three in ten of such reads were seen to come from behind. */
const ROUNDS = 20;

const podFact = (evaluation: EvaluationId, n: number): Fact =>
  fact('pod-created', { evaluation, at: 1 }, { pod: `pod-${n}`, podUid: `uid-${n}`, jobUid: 'job' });

test('of three servers one that was frozen gives all facts up to the place that is asked for, and never less', async () => {
  await using nats = await startChartNats(3);
  await nats.provision();
  const leader = await leaderOf(nats);
  await using told = await nats.bus('k8s-watch', leader);
  await using asked = await nats.bus('k8s-watch', (leader + 1) % 3);
  const counts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const evaluation = evaluationIdForKey(`behind-${round}`);
    nats.pause((leader + 1) % 3);
    const pods = Array.from({ length: PODS }, (_, pod) => told.publishFact(podFact(evaluation, pod)));
    const stored = await Promise.all(pods);
    const reading = asked.readFacts(evaluation, Math.max(...stored.map(({ seq }) => seq)));
    nats.resume((leader + 1) % 3);
    counts.push((await reading).length);
  }
  expect(counts).toEqual(Array.from({ length: ROUNDS }, () => PODS));
});

/** The server that leads the stream of facts: while another is frozen, facts are stored as fast as ever. */
async function leaderOf(nats: ChartNats): Promise<number> {
  const client = await nats.connect('provision');
  const info = await client.request('$JS.API.STREAM.INFO.LACUNA_FACTS', '', { timeout: 10_000 });
  await client.close();
  const { cluster } = info.json<{ readonly cluster: { readonly leader: string } }>();
  return Number(cluster.leader.replace('nats-', ''));
}
