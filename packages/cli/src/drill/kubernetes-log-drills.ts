import type { EvaluationId } from '@lacuna/contracts';
import type { Drill } from './drill.ts';
import { podOf } from './pod-of.ts';
import { NEEDS_NAMESPACE } from './open-namespace.ts';
import { kubernetesOf, ownOf, stageIs, submitted, until, waitFor, type Scene } from './scene.ts';

/** Two parts with a rest between them that is long enough to reach for the log. */
const TALK = 'seq 1 3000; sleep 5; seq 3001 6000';

/** Logs that are lost for good on a real Kubernetes: the pod is deleted, and with it the only copy, before all of it was read. */
export const KUBERNETES_LOG_DRILLS: readonly Drill[] = [
  {
    fault: 'cut-log',
    makes: 'log-collect is killed in the middle of a log, and the pod is deleted before it is back',
    notOn: NEEDS_NAMESPACE,
    act: {
      spec: { command: ['sh', '-c', TALK], report: 'none' },
      verdict: 'incomplete',
      reason: /log cut after byte [1-9][\d ]*: [\d ]+ of 28 893 bytes lost/,
      broken: 'log.capture truncated',
    },
    cause: 'log-unread',
    make: async (scene, { spec }) => {
      const collect = ownOf(scene).services['log-collect'];
      const id = await submitted(scene, spec);
      await until(scene, id, 'the first part of its log', ({ life }) => (life?.logBytes ?? 0) > 0);
      await collect.kill9();
      scene.say('log-collect is killed');
      try {
        await loseLog(scene, id);
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
    act: {
      spec: { command: ['sh', '-c', 'seq 1 3000'], report: 'none' },
      verdict: 'incomplete',
      reason: /log cut after byte 0: 13 893 of 13 893 bytes lost/,
      broken: 'log.capture truncated',
    },
    cause: 'log-unread',
    make: async (scene, { spec }) => {
      const collect = ownOf(scene).services['log-collect'];
      collect.pause();
      try {
        const id = await submitted(scene, spec);
        await loseLog(scene, id);
        return { id };
      } finally {
        collect.resume();
      }
    },
  },
];

/** Deletes the pod of an evaluation when its end is known; resolves when it is gone. */
async function loseLog(scene: Scene, id: EvaluationId): Promise<void> {
  const { api, namespace } = kubernetesOf(scene);
  const pod = `/api/v1/namespaces/${namespace}/pods/${await podOf(scene, id)}`;
  await until(scene, id, 'its end', (view) => stageIs(view, 'container.run', 'ok'));
  await api('DELETE', `${pod}?gracePeriodSeconds=0`);
  await waitFor(scene, 'the pod gone', async () =>
    api('GET', pod).then(
      () => undefined,
      () => true,
    ),
  );
  scene.say('the pod is deleted, and its log with it');
}
