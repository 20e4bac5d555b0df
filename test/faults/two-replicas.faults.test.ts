import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationId, Fact, Verdict } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { alertedOnce } from '../support/alerted-once.ts';
import { brokenHistory, messagesIn } from '../support/history.ts';
import { Random } from '../support/random.ts';
import { runCli } from '../support/run-cli.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';
import { wholeTraces } from '../support/whole-trace.ts';

const DOUBLED = ['dispatch', 'k8s-watch', 'log-collect', 'trace-audit'] as const;
/** Longer than NATS waits for a frozen replica before it gives its work to the other (30 s): then both have it. Milliseconds. */
const FROZEN_MS = 36_000;
const SHORT = 60;
/** Nothing is away for so long. */
const DEADLINES = 'job.create=90s+60s,pod.create=60s+1s,log.capture=120s+60s,report.read=120s+60s';
const LINES = 120;

interface Wanted {
  readonly verdict: Verdict;
  readonly alert?: string;
}

test('of two replicas of each service one is frozen until the other has its work and then goes on, and others are killed: all is said once', async () => {
  const random = Random.fromEnvironment();
  console.log(`seed ${random.seed} (run again with LACUNA_SEED=${random.seed})`);
  await using dir = await tempDir();
  const runs = join(dir.path, 'runs');
  await using system = await startSystem({ env: { LACUNA_DEADLINES: DEADLINES } });
  const seconds = new Map(await Promise.all(DOUBLED.map(async (name) => [name, await system.another(name)] as const)));
  const wanted = new Map<EvaluationId, Wanted>();
  const submit = async (name: string, then: string, want: Wanted, labels = {}): Promise<EvaluationId> => {
    const command = ['sh', '-c', `echo $LACUNA_EVALUATION >> ${runs}; ${then}`];
    const { id } = await system.client.submit({ name, command, labels });
    wanted.set(id, want);
    return id;
  };
  // Each is followed by one of two collectors when that one freezes, and ends before it thaws.
  const long = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line $i; sleep 0.2; done`;
  const logs = await Promise.all([1, 2, 3, 4].map(() => submit('long', long, { verdict: 'passed' })));
  await eventually('all run', async () => (await readFile(runs, 'utf8')).trim().split('\n').length === logs.length);
  const frozen = [system.services['log-collect'], seconds.get(random.pick(['dispatch', 'trace-audit'] as const))!];
  for (const service of frozen) service.signal('SIGSTOP');
  const thawed = pass(FROZEN_MS).then(() => frozen.forEach((service) => service.signal('SIGCONT')));
  const killing = killOthers(system, seconds, frozen, new Random(random.seed + 1));
  for (let i = 0; i < SHORT; i++) {
    if (i % 15 === 14)
      await submit('podless', 'true', { verdict: 'error', alert: 'pod.create missing' }, { 'lacuna.fault': 'no-pod' });
    else if (i % 3 === 2) await submit('failing', 'echo no; exit 3', { verdict: 'failed' });
    else await submit('talkative', 'seq 1 20000', { verdict: 'passed' });
    await pass(random.between(0, 400));
  }
  await Promise.all([thawed, killing]);

  for (const [id, { verdict }] of wanted)
    expect.soft((await untilSettled(system.client, id, 240_000)).verdict, `${id}, seed ${random.seed}`).toBe(verdict);
  const owedRuns = [...wanted].filter(([, { verdict }]) => verdict !== 'error').map(([id]) => id);
  expect((await readFile(runs, 'utf8')).trim().split('\n').sort()).toEqual(owedRuns.toSorted());
  expect(brokenHistory([...wanted.keys()], await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS'))).toEqual([]);
  await wholeTraces(system.jaeger, wanted.keys(), 120_000);
  const alerts = [...wanted].flatMap(([id, { alert }]) => (alert === undefined ? [] : [[id, alert] as const]));
  await alertedOnce(system.nats.url, new Map(alerts));
  await eventually('fsck finds no difference', () => noDifference(system), { withinMs: 240_000 });
}, 600_000);

/** Kills one of two after the other, but those that are frozen: somebody is always there. */
async function killOthers(
  { services }: System,
  seconds: ReadonlyMap<(typeof DOUBLED)[number], ServiceProcess>,
  frozen: readonly ServiceProcess[],
  random: Random,
): Promise<void> {
  for (let kill = 0; kill < 6; kill++) {
    await pass(random.between(1_000, 5_000));
    const name = random.pick(DOUBLED);
    const victim = random.pick([services[name], seconds.get(name)!].filter((one) => !frozen.includes(one)));
    await victim.kill9();
    await pass(random.between(0, 500));
    victim.start();
  }
}

/** Of what every store holds, the logs to the last byte. */
async function noDifference({ url, nats, jaeger, clusterDir }: System): Promise<true> {
  const args = ['fsck', '--url', url, '--nats', nats.url, '--jaeger', jaeger.queryUrl];
  const { code, stdout, stderr } = await runCli(args, { LACUNA_CLUSTER_DIR: clusterDir });
  if (code !== 0) throw new Error(`${stdout} ${stderr}`);
  return true;
}
