/**
 * 500 evaluations on a real control plane with fake nodes, first submission to last verdict, against 500 raw Jobs, first create to last
 * Complete, in turn on one control plane: bare Jobs, which the target is about, and Jobs with the pods of evaluations, which tell what of the
 * difference is the pod's. The control plane, all services, nats-server, Jaeger and the load itself share the machine.
 * Every evaluation must settle and every trace must be whole. Then what one evaluation costs: CPU by process, and API requests.
 */
import { SERVICES } from '../support/service-process.ts';
import { COMPOSITIONS } from './compositions.ts';
import { assertWholeTraces, describeVerdicts, settleMany, type Target } from './evaluation-load.ts';
import { likeOfDispatch } from './like-of-dispatch.ts';
import { startLoadCluster } from './load-cluster.ts';
import { usageByProcess, type Usage } from './process-usage.ts';
import { RAW_LABELS, RawJobs, type JobBody } from './raw-jobs.ts';
import { median, rateOf, report } from './side.ts';

const COUNT = 500;
const WARM_UP = 100;
const ROUNDS = 3;
const TARGETS = { ratio: 0.8, cpuMs: 8, requests: 3 };
const OURS = new Set<string>(['lacuna', ...SERVICES]);

await using cluster = await startLoadCluster();
using raw = await RawJobs.open(cluster);

let like: JobBody | undefined;

for (const [composition, start] of Object.entries(COMPOSITIONS)) {
  await using lacuna = await start(cluster, COUNT);
  await settleMany(lacuna, WARM_UP);
  like ??= await likeOfDispatch(cluster.controlPlane, RAW_LABELS);
  await cluster.untilEmpty();
  const rounds: Round[] = [];
  const theirs: number[] = [];
  const alike: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await rawRate());
    alike.push(await rawRate(like));
    rounds.push(await measure(lacuna));
  }
  report(`${COUNT} evaluations on Kubernetes, ${composition}`, {
    ours: rounds.map(({ rate }) => rate),
    theirs,
    target: TARGETS.ratio,
  });
  const [bare, full] = [median(theirs), median(alike)];
  console.log(
    `  raw Jobs with the pods that evaluations have: ${full.toFixed(0)}/s, ${((100 * full) / bare).toFixed(0)} % of bare ones`,
  );
  describe(rounds);
}

interface Round {
  readonly rate: number;
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly requests: number;
  /** Not an evaluation, but in all. */
  readonly watching: number;
  readonly verdicts: ReadonlyMap<string, number>;
}

async function rawRate(job?: JobBody): Promise<number> {
  const names: string[] = [];
  const begin = performance.now();
  await rateOf(COUNT, 16, async () => names.push(await raw.create(job)));
  await raw.untilComplete(names);
  const rate = COUNT / ((performance.now() - begin) / 1_000);
  await raw.removeAll();
  await cluster.untilEmpty();
  return rate;
}

/** One round; what it costs is counted to the end of the cleaning up and of the export of the traces. */
async function measure(lacuna: Target): Promise<Round> {
  const [usage, requests] = [await usageByProcess(), await cluster.requests()];
  const { ids, rate, verdicts } = await settleMany(lacuna, COUNT);
  await cluster.untilEmpty();
  const cpuMs = spent(usage, await usageByProcess());
  const { asked, watching } = await cluster.requests();
  await assertWholeTraces(lacuna, ids);
  const beside = watching - requests.watching;
  return { rate, cpuMs, requests: (asked - requests.asked) / COUNT, watching: beside, verdicts };
}

function spent(before: ReadonlyMap<string, Usage>, after: ReadonlyMap<string, Usage>): Map<string, number> {
  return new Map([...after].map(([name, { cpuMs }]) => [name, (cpuMs - (before.get(name)?.cpuMs ?? 0)) / COUNT]));
}

function describe(rounds: readonly Round[]): void {
  const last = rounds.at(-1)!;
  console.log(`  verdicts: ${describeVerdicts(last)}; all traces whole`);
  const cpu = new Map(
    [...last.cpuMs.keys()].map((name) => [name, median(rounds.map((round) => round.cpuMs.get(name) ?? 0))]),
  );
  console.log(`  CPU ms an evaluation: ${[...cpu].map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')}`);
  const ours = median(
    rounds.map(({ cpuMs }) => sum([...cpuMs].filter(([name]) => OURS.has(name)).map(([, ms]) => ms))),
  );
  console.log(`  CPU of all services: ${ours.toFixed(1)} ms an evaluation (${verdict(ours, TARGETS.cpuMs)} ms)`);
  const requests = median(rounds.map((round) => round.requests));
  const watching = rounds.map((round) => round.watching).join(', ');
  console.log(
    `  API requests: ${requests.toFixed(3)} an evaluation (${verdict(requests, TARGETS.requests)}), beside watches and listings: ${watching} a round`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function verdict(value: number, target: number): string {
  return `${value <= target ? 'met' : 'MISSED'}: target ${target}`;
}
