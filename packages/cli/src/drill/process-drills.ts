import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationId } from '@lacuna/contracts';
import { connectBus } from '@lacuna/messaging';
import { ownPlatformOf, type DrillContext } from './drill-context.ts';
import type { Drill } from './drill.ts';
import { rankedFirst } from './ranked-first.ts';
import { submit } from './submit.ts';
import { waitFor, waitForStage, waitForVerdict, waitUntilRunning } from './wait-for.ts';
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
    spec: { command: ['true'] },
    expected: { verdict: 'passed', broken: 'queue missing' },
    cause: 'dispatch-stalled',
    inject: async (context, spec) => {
      const { dispatch } = ownPlatformOf(context).services;
      dispatch.pause();
      try {
        const id = await submit(context, spec);
        await waitForStage(context, id, 'queue', 'missing');
        return { id, ...(await rankedFirst(context, id)) };
      } finally {
        dispatch.resume();
      }
    },
  },
  {
    fault: 'lost-tail',
    makes: 'the second half of a finished log is gone before it is read, as when it is rotated away',
    notOn: NEEDS_OWN,
    spec: { command: ['sh', '-c', 'seq 1 20000'] },
    expected: { verdict: 'incomplete', reason: /log cut after byte/, broken: 'log.capture truncated' },
    cause: 'log-cut',
    inject: async (context, spec) => {
      const { services, clusterDir } = ownPlatformOf(context);
      const collect = services['log-collect'];
      collect.pause();
      try {
        const id = await submit(context, spec);
        const view = await waitForStage(context, id, 'container.run', 'ok');
        const file = join(clusterDir, 'logs', `${view.attempts[0]?.podUids[0]}.log`);
        const { size } = await stat(file);
        await truncate(file, Math.floor(size / 2));
        context.say(`cut ${file} from ${size} to ${Math.floor(size / 2)} bytes`);
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
    spec: {
      command: ['sh', '-c', 'seq 1 2000'],
      labels: { 'lacuna.fault': 'cut-log:100' },
    },
    expected: { verdict: 'incomplete', reason: /log cut after byte 100/, broken: 'log.capture truncated' },
    cause: 'log-cut',
    inject: async (context, spec) => ({ id: await whileJaegerIsDown(context, () => submit(context, spec)) }),
  },
  {
    fault: 'nats-restart',
    makes: 'the NATS server is killed (SIGKILL) under a running evaluation: nothing is lost, nobody is alarmed',
    notOn: NEEDS_OWN,
    spec: { command: ['sh', '-c', SLOW_TALK], report: 'none' },
    expected: { verdict: 'passed' },
    inject: async (context, spec) => {
      const id = await submit(context, spec);
      await waitUntilRunning(context, id);
      const server = ownPlatformOf(context).nats();
      await server.kill();
      await waitFor(context, 'NATS again', async () => (ownPlatformOf(context).nats() === server ? undefined : true));
      context.say('the NATS server is back as another process');
      return { id };
    },
  },
  {
    fault: 'duplicate-delivery',
    makes: 'submitted three times, each fact published again, a second dispatcher beside the first: it runs once',
    notOn: NEEDS_OWN,
    spec: { command: ['sh', '-c', SLOW_TALK], report: 'none' },
    expected: { verdict: 'passed' },
    inject: async (context, spec) => {
      await using second = await ownPlatformOf(context).replica('dispatch');
      context.say(`a second dispatcher runs as process ${second.pid}`);
      const idempotencyKey = `drill-${performance.timeOrigin}-${performance.now()}`;
      const three = await Promise.all([1, 2, 3].map(() => context.client.submit(spec, { idempotencyKey })));
      const ids = [...new Set(three.map(({ id }) => id))];
      const [id] = ids;
      if (id === undefined || ids.length > 1)
        return { id: ids[0] as EvaluationId, problems: [`${ids.length} evaluations of one key`] };
      await waitUntilRunning(context, id);
      const again = await tellAgain(context, id);
      const view = await waitForVerdict(context, id);
      const pods = view.attempts.flatMap(({ podUids }) => podUids);
      return { id, problems: [...again, ...(pods.length === 1 ? [] : [`${pods.length} pods for one evaluation`])] };
    },
  },
];

/** Publishes every fact of an evaluation once more, as a producer does that does not know whether it was heard. */
async function tellAgain(context: DrillContext, id: EvaluationId): Promise<string[]> {
  await using bus = await connectBus({
    servers: [ownPlatformOf(context).natsUrl],
    name: 'lacuna-drill',
    signal: context.signal,
  });
  const facts = await bus.readFacts(id);
  const outcomes = await Promise.all(facts.map(({ fact }) => bus.publishFact(fact)));
  context.say(`published ${facts.length} facts again: ${outcomes.filter(({ kind }) => kind === 'known').length} known`);
  return outcomes.filter(({ kind }) => kind !== 'known').map(({ kind }) => `a fact published again was ${kind}`);
}
