import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationId } from '@lacuna/contracts';
import { connectBus } from '@lacuna/messaging';
import type { Drill } from './drill.ts';
import { rankedFirst } from './label-drills.ts';
import { ownOf, stageIs, submitted, until, waitFor, type Scene } from './scene.ts';
import { whileJaegerIsDown } from './while-jaeger-is-down.ts';

const NEEDS_OWN = { url: 'it stops processes, which only a platform of its own allows' } as const;

/** A little output, an end after some seconds. */
const SLOW_TALK = 'for i in 1 2 3 4 5 6; do echo "still here $i"; sleep 0.5; done';

/** Faults of our own processes and servers: stopped, killed, doubled. Possible on every cluster. */
export const PROCESS_DRILLS: readonly Drill[] = [
  {
    fault: 'dispatch-stall',
    makes: 'the dispatcher is stopped (SIGSTOP) while evaluations wait, and goes on after the alert',
    notOn: NEEDS_OWN,
    act: {
      spec: { command: ['true'] },
      verdict: 'passed',
      broken: 'queue missing',
    },
    cause: 'dispatch-stalled',
    make: async (scene, { spec }) => {
      const { dispatch } = ownOf(scene).services;
      dispatch.pause();
      try {
        const id = await submitted(scene, spec);
        await until(scene, id, 'queue missing', (view) => stageIs(view, 'queue', 'missing'));
        return { id, ...(await rankedFirst(scene, id)) };
      } finally {
        dispatch.resume();
      }
    },
  },
  {
    fault: 'lost-tail',
    makes: 'the second half of a finished log is gone before it is read, as when it is rotated away',
    notOn: NEEDS_OWN,
    act: {
      spec: { command: ['sh', '-c', 'seq 1 20000'] },
      verdict: 'incomplete',
      reason: /log cut after byte/,
      broken: 'log.capture truncated',
    },
    cause: 'log-cut',
    make: async (scene, { spec }) => {
      const { services, clusterDir } = ownOf(scene);
      const collect = services['log-collect'];
      collect.pause();
      try {
        const id = await submitted(scene, spec);
        const view = await until(scene, id, 'its end', (seen) => stageIs(seen, 'container.run', 'ok'));
        const file = join(clusterDir, 'logs', `${view.attempts[0]?.podUids[0]}.log`);
        const { size } = await stat(file);
        await truncate(file, Math.floor(size / 2));
        scene.say(`cut ${file} from ${size} to ${Math.floor(size / 2)} bytes`);
        return { id };
      } finally {
        collect.resume();
      }
    },
  },
  {
    fault: 'jaeger-down',
    makes: 'Jaeger is stopped while a log is cut: the alert comes all the same, and the trace when Jaeger is back',
    notOn: NEEDS_OWN,
    act: {
      spec: {
        command: ['sh', '-c', 'seq 1 2000'],
        labels: { 'lacuna.fault': 'cut-log:100' },
      },
      verdict: 'incomplete',
      reason: /log cut after byte 100/,
      broken: 'log.capture truncated',
    },
    cause: 'log-cut',
    make: async (scene, { spec }) => ({ id: await whileJaegerIsDown(scene, () => submitted(scene, spec)) }),
  },
  {
    fault: 'nats-restart',
    makes: 'the NATS server is killed (SIGKILL) under a running evaluation: nothing is lost, nobody is alarmed',
    notOn: NEEDS_OWN,
    act: {
      spec: { command: ['sh', '-c', SLOW_TALK], report: 'none' },
      verdict: 'passed',
    },
    make: async (scene, { spec }) => {
      const id = await submitted(scene, spec);
      await until(scene, id, 'running', ({ phase }) => phase === 'running');
      const server = ownOf(scene).nats();
      await server.kill();
      await waitFor(scene, 'NATS again', async () => (ownOf(scene).nats() === server ? undefined : true));
      scene.say('the NATS server is back as another process');
      return { id };
    },
  },
  {
    fault: 'duplicate-delivery',
    makes: 'submitted three times, each fact told again, a second dispatcher beside the first: it runs once',
    notOn: NEEDS_OWN,
    act: {
      spec: { command: ['sh', '-c', SLOW_TALK], report: 'none' },
      verdict: 'passed',
    },
    make: async (scene, { spec }) => {
      await using second = await ownOf(scene).replica('dispatch');
      scene.say(`a second dispatcher runs as process ${second.pid}`);
      const idempotencyKey = `drill-${performance.timeOrigin}-${performance.now()}`;
      const three = await Promise.all([1, 2, 3].map(() => scene.client.submit(spec, { idempotencyKey })));
      const ids = [...new Set(three.map(({ id }) => id))];
      const [id] = ids;
      if (id === undefined || ids.length > 1)
        return { id: ids[0] as EvaluationId, problems: [`${ids.length} evaluations of one key`] };
      await until(scene, id, 'running', ({ phase }) => phase === 'running');
      const again = await tellAgain(scene, id);
      const view = await until(scene, id, 'its verdict', ({ verdict }) => verdict !== undefined);
      const pods = view.attempts.flatMap(({ podUids }) => podUids);
      return { id, problems: [...again, ...(pods.length === 1 ? [] : [`${pods.length} pods for one evaluation`])] };
    },
  },
];

/** Publishes every fact of an evaluation once more, as a producer does that does not know whether it was heard. */
async function tellAgain(scene: Scene, id: EvaluationId): Promise<string[]> {
  await using bus = await connectBus({ servers: [ownOf(scene).natsUrl], name: 'lacuna-drill', signal: scene.signal });
  const facts = await bus.readFacts(id);
  const outcomes = await Promise.all(facts.map(({ fact }) => bus.publishFact(fact)));
  scene.say(`told ${facts.length} facts again: ${outcomes.filter(({ kind }) => kind === 'known').length} known`);
  return outcomes.filter(({ kind }) => kind !== 'known').map(({ kind }) => `a fact told again was ${kind}`);
}
