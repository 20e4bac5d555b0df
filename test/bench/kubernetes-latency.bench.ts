/**
 * Idle, one at a time, on a real control plane with a fake node whose pods end at once: submission → verdict, against a raw Job's create →
 * Complete, in turn. And what Lacuna adds until the Job exists: submission → Job created, against a raw create.
 */
import type { Fact } from '@lacuna/contracts';
import { connect } from 'nats';
import { COMPOSITIONS } from './compositions.ts';
import { settleMany } from './evaluation-load.ts';
import { startLoadCluster } from './load-cluster.ts';
import { RawJobs } from './raw-jobs.ts';
import { median } from './side.ts';

const COUNT = 50;
const WARM_UP = 20;
const TARGETS = { settledMs: 300, createdMs: 15 };

await using cluster = await startLoadCluster();
using raw = await RawJobs.open(cluster);
await using lacuna = await COMPOSITIONS['five processes']!(cluster, COUNT);
const connection = await connect({ servers: lacuna.nats });
await settleMany(lacuna, WARM_UP);
await cluster.untilEmpty();

const ours = { created: [] as number[], settled: [] as number[] };
const theirs = { created: [] as number[], settled: [] as number[] };
for (let i = 0; i < COUNT; i++) {
  await rawJob();
  await evaluation();
}
await raw.removeAll();
await connection.close();
say('settled against Complete', ours.settled, theirs.settled);
console.log(`  ${judged(median(ours.settled), TARGETS.settledMs)}`);
say('Job created', ours.created, theirs.created);
console.log(
  `  added until the Job is created: ${judged(median(ours.created) - median(theirs.created), TARGETS.createdMs)}`,
);

async function rawJob(): Promise<void> {
  const begin = performance.now();
  const name = await raw.create();
  theirs.created.push(performance.now() - begin);
  await raw.untilComplete([name]);
  theirs.settled.push(performance.now() - begin);
}

async function evaluation(): Promise<void> {
  const facts = connection.subscribe('lacuna.evaluation.*.*.>');
  await connection.flush();
  const begin = performance.now();
  await lacuna.client.submit({ name: 'idle', image: 'fake', command: ['true'] });
  for await (const message of facts) {
    const { type } = message.json<Fact>();
    if (type === 'job-created') ours.created.push(performance.now() - begin);
    if (type === 'settled') break;
  }
  ours.settled.push(performance.now() - begin);
  facts.unsubscribe();
}

function say(what: string, mine: readonly number[], raws: readonly number[]): void {
  console.log(`idle, ${what}: Lacuna ${percentiles(mine)}; raw ${percentiles(raws)}`);
}

function percentiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `p50 ${median(values).toFixed(0)} ms, p95 ${sorted[Math.floor(sorted.length * 0.95)]?.toFixed(0)} ms`;
}

function judged(ms: number, target: number): string {
  return `p50 ${ms.toFixed(0)} ms (target ${target} ms: ${ms <= target ? 'met' : 'MISSED'})`;
}
