/**
 * 10,000 evaluations on a real control plane with fake nodes, 500 of them under way at a time; another number and composition by argument. All
 * must settle, all traces must be whole, the rate of the second half must not be lower, and nothing may grow with what is settled. They are
 * compacted half a minute after they are settled, so that this happens all the time; in the end one message each must be left. Every figure is
 * printed as soon as there is one, and each check has its time, so that a part that fails hides no other.
 */
import { alertSubject } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { chartNodeOptions } from './chart-node-options.ts';
import { COMPOSITIONS } from './compositions.ts';
import { assertWholeTraces, describeVerdicts, settleMany } from './evaluation-load.ts';
import { startLoadCluster } from './load-cluster.ts';
import { usageByProcess, type Usage } from './process-usage.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const COMPOSITION = process.argv[3] ?? 'five processes';
const AT_ONCE = 500;
const SAMPLE_EVERY = COUNT / 20;
const QUARTERS = [0, 0.25, 0.5, 0.75, 1].map((part) => COUNT * part);
const COMPACT_AFTER = '30s';
/** Longer than any stage is owed. */
const STILL_MS = 180_000;
const CHECK_MS = 180_000;

interface Sample {
  readonly settled: number;
  readonly at: number;
  readonly usage: ReadonlyMap<string, Usage>;
}

await using cluster = await startLoadCluster();
await using lacuna = await COMPOSITIONS[COMPOSITION]!(cluster, AT_ONCE, {
  LACUNA_COMPACT_AFTER: COMPACT_AFTER,
  NODE_OPTIONS: await chartNodeOptions('dispatch'),
});
const samples: Sample[] = [];
const requests = await cluster.requests();
const taken = [take(0)];
await taken[0];
const load = await settleMany(lacuna, COUNT, {
  atOnce: AT_ONCE,
  stillMs: STILL_MS,
  onSettled: (settled) => void (settled % SAMPLE_EVERY === 0 && taken.push(take(settled))),
});
await Promise.all(taken);
console.log(`${COUNT} evaluations on Kubernetes, ${COMPOSITION}: ${load.rate.toFixed(1)}/s`);
console.log(`  verdicts: ${describeVerdicts(load)}`);
describeHalves();
describeMemory();
await check('all settled', async () => {
  const settled = [...load.verdicts.values()].reduce((total, count) => total + count, 0);
  if (settled !== COUNT) throw new Error(`${settled} of ${COUNT}; then no verdict for ${STILL_MS / 1_000} s`);
});
await check('no Job and no pod left', () => cluster.untilEmpty(CHECK_MS));
await describeRequests();
await check('all traces whole', () => assertWholeTraces(lacuna, load.ids, CHECK_MS));
await check('one message left of each', allCompacted);
await check('nothing told as an orphan', noOrphan);
await take(COUNT + SAMPLE_EVERY);

async function take(count: number): Promise<void> {
  const at = performance.now();
  const usage = await usageByProcess();
  samples.push({ settled: count, at, usage });
  const resident = [...usage].map(([name, { residentMb }]) => `${name} ${residentMb.toFixed(0)}`).join(', ');
  const seconds = ((at - samples[0]!.at) / 1_000).toFixed(0);
  console.error(`${Math.min(count, COUNT)} of ${COUNT} settled, ${seconds} s; MB resident: ${resident}`);
}

async function describeRequests(): Promise<void> {
  const { asked, watching } = await cluster.requests();
  const each = (asked - requests.asked) / COUNT;
  console.log(
    `  API requests: ${each.toFixed(2)} an evaluation, and ${watching - requests.watching} watches and listings`,
  );
}

async function check(what: string, holds: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  const failure = await holds().then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  const seconds = ((performance.now() - begin) / 1_000).toFixed(0);
  console.log(`  ${what}: ${failure === undefined ? `yes, after ${seconds} s` : `NO, ${failure.message}`}`);
  if (failure !== undefined) process.exitCode = 1;
}

async function allCompacted(): Promise<void> {
  await using streams = await streamInfo();
  const messages = async (): Promise<boolean> => {
    const { state } = await streams.info('LACUNA_FACTS');
    if (state.messages !== COUNT) throw new Error(`${state.messages} messages`);
    return true;
  };
  await eventually('one message for each evaluation', messages, { withinMs: CHECK_MS });
}

async function noOrphan(): Promise<void> {
  await using streams = await streamInfo();
  const { state } = await streams.info('LACUNA_ALERTS', { subjects_filter: '>' });
  const orphans = state.subjects?.[alertSubject('cluster')] ?? 0;
  if (orphans === 0) return;
  const { data } = await streams.getMessage('LACUNA_ALERTS', { last_by_subj: alertSubject('cluster') });
  throw new Error(`${orphans} alerts of orphans, and of their end; the last: ${Buffer.from(data).toString()}`);
}

async function streamInfo() {
  const connection = await connect({ servers: lacuna.nats });
  const { streams } = await connection.jetstreamManager();
  return {
    info: streams.info.bind(streams),
    getMessage: streams.getMessage.bind(streams),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** The rate of each half, and what an evaluation then took of each process: where a rate that sinks comes from. */
function describeHalves(): void {
  for (const [name, from, to] of [
    ['first', 0, COUNT / 2],
    ['second', COUNT / 2, COUNT],
  ] as const) {
    const [begin, end] = [sampleAt(from), sampleAt(to)];
    if (begin === undefined || end === undefined) continue;
    const rate = (to - from) / ((end.at - begin.at) / 1_000);
    const cpu = [...end.usage].map(([process, { cpuMs }]) => {
      const ms = (cpuMs - (begin.usage.get(process)?.cpuMs ?? 0)) / (to - from);
      return [process, ms] as const;
    });
    const all = cpu.reduce((total, [, ms]) => total + ms, 0);
    console.log(`  ${name} half: ${rate.toFixed(1)}/s; CPU ms an evaluation: ${all.toFixed(1)}, of which`);
    console.log(`    ${cpu.map(([process, ms]) => `${process} ${ms.toFixed(1)}`).join(', ')}`);
  }
}

function describeMemory(): void {
  const quarters = QUARTERS.map(sampleAt).filter((sample) => sample !== undefined);
  console.log(`  MB resident after ${quarters.map((sample) => sample.settled).join(', ')} settled:`);
  for (const name of quarters.at(-1)?.usage.keys() ?? []) {
    const resident = quarters.map(({ usage }) => usage.get(name)?.residentMb.toFixed(0) ?? '–');
    console.log(`    ${name}: ${resident.join(', ')}`);
  }
}

function sampleAt(count: number): Sample | undefined {
  return samples.find((sample) => sample.settled === count);
}
