/**
 * 1,000 evaluations of `true` through everything (acceptance, Job, watch, log, verdict, trace in Jaeger, all services in one process),
 * against a bare loop that spawns `true` and waits for it, at the same concurrency. First submission to last verdict.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'nats';
import { startUp } from '../support/up.ts';
import { rateOf, report } from './side.ts';

const COUNT = 1_000;
const CONCURRENCY = 16;
const ROUNDS = 3;

const spawnTrue = async (): Promise<void> =>
  void (await once(spawn('true', { stdio: ['ignore', 'pipe', 'pipe'] }), 'exit'));

await using up = await startUp({ LACUNA_CAPACITY: String(CONCURRENCY) });

async function through(count: number): Promise<number> {
  const connection = await connect({ servers: up.nats });
  const verdicts = connection.subscribe('lacuna.evaluation.*.*.settled', { max: count });
  await connection.flush();
  const begin = performance.now();
  const specs = Array.from({ length: count }, () => ({ command: ['true'] }));
  await up.client.submitBatch(specs);
  const wrong: string[] = [];
  for await (const message of verdicts) {
    const { data } = message.json<{ data: { verdict: string; reason: string } }>();
    if (data.verdict !== 'passed') wrong.push(data.reason);
  }
  const rate = count / ((performance.now() - begin) / 1_000);
  if (wrong.length > 0) throw new Error(`${wrong.length} did not pass, such as: ${wrong[0]}`);
  await connection.close();
  return rate;
}

await through(100);
const ours: number[] = [];
const theirs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  theirs.push(await rateOf(COUNT, CONCURRENCY, spawnTrue));
  ours.push(await through(COUNT));
}
report(`${COUNT} evaluations of true`, { ours, theirs, target: 0.25 });
