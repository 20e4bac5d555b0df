import type { EvaluationId } from '@lacuna/contracts';
import { namespaceOf, ownPlatformOf, type DrillContext } from './drill-context.ts';
import type { Drill } from './drill.ts';
import { NEEDS_NAMESPACE } from './open-namespace.ts';
import { podOf } from './pod-of.ts';
import { submit } from './submit.ts';
import { waitFor, waitForStage, waitForView } from './wait-for.ts';

/** Two parts with a rest between them that is long enough to reach for the log. */
const TALK = 'seq 1 3000; sleep 5; seq 3001 6000';

/** Logs that are lost for good on a real Kubernetes: the pod is deleted, and with it the only copy, before all of it was read. */
export const KUBERNETES_LOG_DRILLS: readonly Drill[] = [
  {
    fault: 'cut-log',
    makes: 'log-collect is killed in the middle of a log, and the pod is deleted before it is back',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['sh', '-c', TALK], report: 'none' },
    expected: {
      verdict: 'incomplete',
      reason: /log cut after byte [1-9][\d ]*: [\d ]+ of 28 893 bytes lost/,
      broken: 'log.capture truncated',
    },
    cause: 'log-unread',
    inject: async (context, spec) => {
      const collect = ownPlatformOf(context).services['log-collect'];
      const id = await submit(context, spec);
      await waitForView(context, id, 'the first part of its log', ({ life }) => (life?.logBytes ?? 0) > 0);
      await collect.kill9();
      context.say('log-collect is killed');
      try {
        await loseLog(context, id);
      } finally {
        await collect.startAgain();
      }
      return { id };
    },
  },
  {
    fault: 'lost-tail',
    makes: 'the pod is deleted with its log before log-collect has read any of it',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['sh', '-c', 'seq 1 3000'], report: 'none' },
    expected: {
      verdict: 'incomplete',
      reason: /log cut after byte 0: 13 893 of 13 893 bytes lost/,
      broken: 'log.capture truncated',
    },
    cause: 'log-unread',
    inject: async (context, spec) => {
      const collect = ownPlatformOf(context).services['log-collect'];
      collect.pause();
      try {
        const id = await submit(context, spec);
        await loseLog(context, id);
        return { id };
      } finally {
        collect.resume();
      }
    },
  },
];

/** Deletes the pod of an evaluation when its end is known; resolves when it is gone. */
async function loseLog(context: DrillContext, id: EvaluationId): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  const pod = `/api/v1/namespaces/${namespace}/pods/${await podOf(context, id)}`;
  await waitForStage(context, id, 'container.run', 'ok');
  await api('DELETE', `${pod}?gracePeriodSeconds=0`);
  await waitFor(context, 'the pod gone', async () =>
    api('GET', pod).then(
      () => undefined,
      () => true,
    ),
  );
  context.say('the pod is deleted, and its log with it');
}
