/**
 * 10,000 evaluations on a real control plane with fake nodes, 500 of them under way at a time; another number and composition by argument. All
 * must settle, all traces must be whole, the rate of the second half must not be lower, and nothing may grow with what is settled: the
 * slope of each process's resident set. They are compacted half a minute after they are settled, so that this happens all the time; in the end
 * one message each must be left.
 */
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { COMPOSITIONS } from './compositions.ts';
import { assertWholeTraces, describeVerdicts, settleMany } from './evaluation-load.ts';
import { startLoadCluster } from './load-cluster.ts';
import { usageByProcess, type Usage } from './process-usage.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 500;
const SAMPLE_EVERY = COUNT / 20;
/** What was settled by then has filled every buffer and cache that has a bound. */
const WARM_AT = COUNT * 0.3;
const COMPOSITION = process.argv[3] ?? 'five processes';
const COMPACT_AFTER = '30s';
/** Without a bound V8 lets garbage pile up as long as there is memory, which looks like growth. */
const HEAP = '--max-old-space-size=128';

interface Sample {
  readonly settled: number;
  readonly at: number;
  readonly usage: ReadonlyMap<string, Usage>;
}

await using cluster = await startLoadCluster();
await using lacuna = await COMPOSITIONS[COMPOSITION]!(cluster, AT_ONCE, {
  LACUNA_COMPACT_AFTER: COMPACT_AFTER,
  NODE_OPTIONS: HEAP,
});
const samples: Sample[] = [];
const take = async (settled: number): Promise<void> => {
  const at = performance.now();
  const usage = await usageByProcess();
  samples.push({ settled, at, usage });
  const resident = [...usage].map(([name, { residentMb }]) => `${name} ${residentMb.toFixed(0)}`).join(', ');
  console.error(
    `${settled} of ${COUNT} settled, ${((at - samples[0]!.at) / 1_000).toFixed(0)} s; MB resident: ${resident}`,
  );
};
await take(0);
const load = await settleMany(lacuna, COUNT, {
  atOnce: AT_ONCE,
  onSettled: (settled) => void (settled % SAMPLE_EVERY === 0 && take(settled)),
});
await cluster.untilEmpty();
await assertWholeTraces(lacuna, load.ids);
await allCompacted();
await take(COUNT + SAMPLE_EVERY);

console.log(`${COUNT} evaluations on Kubernetes, ${COMPOSITION}: ${load.rate.toFixed(1)}/s; all traces whole`);
console.log(`  verdicts: ${describeVerdicts(load)}`);
console.log(`  rate: first half ${rateBetween(0, COUNT / 2)}/s, second half ${rateBetween(COUNT / 2, COUNT)}/s`);
const warm = samples.filter(({ settled }) => settled >= WARM_AT);
for (const name of warm.at(-1)?.usage.keys() ?? []) {
  const points = warm.map(({ settled, usage }) => [settled / 1_000, usage.get(name)?.residentMb ?? 0] as const);
  console.log(`  ${name}: ${points.at(-1)?.[1].toFixed(0)} MB, ${slopeOf(points).toFixed(2)} MB per 1,000 settled`);
}

async function allCompacted(): Promise<void> {
  const connection = await connect({ servers: lacuna.nats });
  const manager = await connection.jetstreamManager();
  await eventually(
    'one message for each evaluation',
    async () => {
      const { state } = await manager.streams.info('LACUNA_FACTS');
      if (state.messages !== COUNT) throw new Error(`${state.messages} messages`);
      return true;
    },
    { withinMs: 300_000 },
  );
  await connection.close();
}

function rateBetween(from: number, to: number): string {
  const at = (settled: number): number => samples.find((sample) => sample.settled === settled)?.at ?? Number.NaN;
  return ((to - from) / ((at(to) - at(from)) / 1_000)).toFixed(1);
}

/** Of the straight line with the least squares through the points. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
  const [x, y] = [mean(points.map(([value]) => value)), mean(points.map(([, value]) => value))];
  const covariance = mean(points.map(([px, py]) => (px - x) * (py - y)));
  return covariance / mean(points.map(([px]) => (px - x) ** 2));
}
