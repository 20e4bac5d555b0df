import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { type EvaluationId, type EvaluationSpec, type Fact, type Verdict } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { alertedOnce } from '../support/alerted-once.ts';
import { brokenFacts, messagesIn } from '../support/history.ts';
import { Random } from '../support/random.ts';
import { SERVICES, type ServiceName } from '../support/service-process.ts';
import { startSystem, type System } from '../support/system.ts';
import { wholeTraces } from '../support/whole-trace.ts';

const EVALUATIONS = 200;
const KILLS = 12;

interface Kind {
  readonly spec: (runs: string) => EvaluationSpec;
  readonly verdict: Verdict;
  readonly alert?: string;
}

/** Nothing is away for so long, so nothing but what never comes may be missed. */
const DEADLINES = 'job.create=60s+60s,pod.create=40s+1s,log.capture=90s+60s,report.read=90s+60s';

/** Five services that were killed at once are back, each time anew: as long as `ready` waits for one. */
const BACK = { withinMs: 150_000 };

/** Every program says that it ran, in a file that only appends: running twice shows. */
const ran = (runs: string, then: string): string[] => ['sh', '-c', `echo $LACUNA_EVALUATION >> ${runs}; ${then}`];

const KINDS: readonly Kind[] = [
  { spec: (runs) => ({ name: 'quick', command: ran(runs, 'true') }), verdict: 'passed' },
  { spec: (runs) => ({ name: 'slow', command: ran(runs, 'sleep 0.4; echo done') }), verdict: 'passed' },
  { spec: (runs) => ({ name: 'talkative', command: ran(runs, 'seq 1 20000') }), verdict: 'passed' },
  { spec: (runs) => ({ name: 'failing', command: ran(runs, 'echo no; exit 3') }), verdict: 'failed' },
  {
    spec: (runs) => ({ name: 'cut', command: ran(runs, 'seq 1 2000'), labels: { 'lacuna.fault': 'cut-log:500' } }),
    verdict: 'incomplete',
    alert: 'log.capture truncated',
  },
  {
    spec: () => ({ name: 'podless', command: ['true'], labels: { 'lacuna.fault': 'no-pod' } }),
    verdict: 'error',
    alert: 'pod.create missing',
  },
];

test('whatever is killed at whatever moment, every accepted evaluation settles rightly, runs once, and is traced and alerted once', async () => {
  const random = Random.fromEnvironment();
  console.log(`seed ${random.seed} (run again with LACUNA_SEED=${random.seed})`);
  await using dir = await tempDir();
  const runs = join(dir.path, 'runs');
  await using system = await startSystem({ env: { LACUNA_DEADLINES: DEADLINES, LACUNA_REREAD: '500ms' } });
  const kinds = new Map<EvaluationId, Kind>();
  const submitting = submitAll(system, random, runs, kinds);
  // Its own numbers: which of the two draws next is a matter of time, and a seed must make the same run again.
  const killing = new Random(random.seed + 1);
  for (let kill = 0; kill < KILLS; kill++) await killSomething(system, killing);
  await submitting;

  const settled = await settledVerdicts(system, [...kinds.keys()]);
  for (const [id, kind] of kinds)
    expect.soft(settled.get(id), `${kind.spec(runs).name} ${id}, seed ${random.seed}`).toBe(kind.verdict);
  const lines = (await readFile(runs, 'utf8')).trim().split('\n').sort();
  const owedRuns = [...kinds]
    .filter(([, kind]) => kind.verdict !== 'error')
    .map(([id]) => String(id))
    .sort();
  expect(lines, `seed ${random.seed}`).toEqual(owedRuns);
  const facts = await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
  expect(brokenFacts([...kinds.keys()], facts)).toEqual([]);
  await wholeTraces(system.jaeger, kinds.keys(), 120_000);
  const owed = new Map(
    [...kinds].flatMap(([id, kind]) => (kind.alert === undefined ? [] : [[id, kind.alert] as const])),
  );
  await alertedOnce(system.nats.url, owed);
}, 600_000);

/** Which services do not run, and their last words. */
const endedOf = (services: System['services']): string =>
  SERVICES.filter((name) => !services[name].running)
    .map((name) => `; ${name} has ended: ${services[name].output}`)
    .join('');

/** Submits one after the other while things die around it; the client's own key makes a repeated request the same evaluation. */
async function submitAll(
  { client, services }: System,
  random: Random,
  runs: string,
  kinds: Map<EvaluationId, Kind>,
): Promise<void> {
  for (let i = 0; i < EVALUATIONS; i++) {
    const kind = i % 20 === 19 ? (KINDS[5] as Kind) : random.pick(KINDS.slice(0, 5));
    const key = `kill-${random.seed}-${i}`;
    const accept = () =>
      client.submit(kind.spec(runs), { idempotencyKey: key }).catch((cause: unknown) => {
        throw new Error(`${String(cause)}${endedOf(services)}`, { cause });
      });
    const accepted = await eventually(`evaluation ${i} accepted`, accept, BACK);
    kinds.set(accepted.id, kind);
  }
}

type Victim = ServiceName | 'nats' | 'all';

async function killSomething({ services, nats }: System, random: Random): Promise<void> {
  await pass(random.between(100, 1_500));
  const victim = random.pick<Victim>([...SERVICES, 'nats', 'all']);
  if (victim === 'nats') {
    await nats.kill9();
    await pass(random.between(0, 800));
    return nats.restart();
  }
  const victims = victim === 'all' ? SERVICES : [victim];
  await Promise.all(victims.map((name) => services[name].kill9()));
  await pass(random.between(0, 800));
  for (const name of victims) services[name].start();
}

async function settledVerdicts(
  { client, services }: System,
  ids: readonly EvaluationId[],
): Promise<Map<EvaluationId, Verdict>> {
  const verdicts = new Map<EvaluationId, Verdict>();
  await eventually(
    'all settled',
    async () => {
      for (const id of ids) {
        if (verdicts.has(id)) continue;
        const view = await client.get(id);
        if (view.verdict === undefined)
          throw new Error(
            `${ids.length - verdicts.size} open, such as ${id}, ${view.name}, ${view.phase}${endedOf(services)}`,
          );
        verdicts.set(id, view.verdict);
      }
      return true;
    },
    { withinMs: 180_000 },
  );
  return verdicts;
}
