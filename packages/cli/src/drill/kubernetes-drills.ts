import type { EvaluationId } from '@lacuna/contracts';
import type { Drill } from './drill.ts';
import { whileJaegerIsDown } from './while-jaeger-is-down.ts';
import { podOf } from './pod-of.ts';
import { NEEDS_NAMESPACE } from './open-namespace.ts';
import { kubernetesOf, stageIs, submitted, until, waitFor, type Scene } from './scene.ts';

/** Faults of a real Kubernetes, made through its own API in a namespace of their own. */
export const KUBERNETES_DRILLS: readonly Drill[] = [
  {
    fault: 'no-pod',
    makes: 'a quota of the namespace allows no pod',
    notOn: NEEDS_NAMESPACE,
    act: {
      spec: { command: ['true'], report: 'none' },
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
    make: async (scene, { spec }) => {
      const id = await submitted(scene, spec, await noPods(scene));
      await until(scene, id, 'its verdict', ({ verdict }) => verdict !== undefined);
      await allowPods(scene);
      return { id };
    },
  },
  {
    fault: 'slow-pod',
    makes: 'a quota allows no pod until its time is over: the hole is told, and filled',
    notOn: NEEDS_NAMESPACE,
    act: {
      spec: { command: ['true'], report: 'none' },
      verdict: 'passed',
      broken: 'pod.create missing',
    },
    cause: 'pod-late',
    make: async (scene, { spec }) => {
      const id = await submitted(scene, spec, await noPods(scene));
      await until(scene, id, 'pod.create missing', (view) => stageIs(view, 'pod.create', 'missing'));
      await allowPods(scene);
      return { id };
    },
  },
  {
    fault: 'jaeger-down',
    makes:
      'Jaeger is stopped while a quota allows no pod: the alert comes all the same, and the trace when Jaeger is back',
    notOn: NEEDS_NAMESPACE,
    act: {
      spec: { command: ['true'], report: 'none' },
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
    make: async (scene, { spec }) => {
      const id = await whileJaegerIsDown(scene, async () => submitted(scene, spec, await noPods(scene)));
      await until(scene, id, 'its verdict', ({ verdict }) => verdict !== undefined);
      await allowPods(scene);
      return { id };
    },
  },
  {
    fault: 'oom',
    makes: 'a child of the shell takes more memory than its limit, and the kernel kills it; the exit code is 0',
    notOn: { ...NEEDS_NAMESPACE, process: 'processes of the embedded cluster have no memory limit' },
    act: {
      spec: {
        // The child has to grow fast enough to be the one that is killed.
        command: ['sh', '-c', 'head -c 100000000 /dev/zero | tail | wc -c; exit 0'],
        resources: { memory: '20Mi' },
        report: 'none',
      },
      verdict: 'error',
      reason: /OOMKilled/,
      broken: 'container.run oom-killed',
    },
    cause: 'oom',
  },
  {
    fault: 'evict',
    makes: 'the pod is evicted while it runs, through the eviction API',
    notOn: { ...NEEDS_NAMESPACE, process: 'the embedded cluster has no nodes to evict from' },
    act: {
      spec: { command: ['sh', '-c', 'echo started; exec sleep 300'], report: 'none' },
      verdict: 'error',
      reason: /[Ee]vict/,
      broken: 'container.run evicted',
    },
    cause: 'evicted',
    make: async (scene, { spec }) => {
      const id = await submitted(scene, spec);
      await until(scene, id, 'running', ({ phase }) => phase === 'running');
      await evict(scene, id);
      return { id };
    },
  },
];

const QUOTA = 'lacuna-drill';

/** A quota of no pods, in force when this resolves: before its controller has seen it, it refuses in other words. */
async function noPods(scene: Scene): Promise<string> {
  const { api, namespace } = kubernetesOf(scene);
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  await api('POST', quotas, { metadata: { name: QUOTA }, spec: { hard: { pods: '0' } } });
  await waitFor(scene, 'the quota in force', async () => {
    const { status } = (await api('GET', `${quotas}/${QUOTA}`)) as { status?: { hard?: object } };
    return status?.hard;
  });
  return `quota ${QUOTA} allows no pod in ${namespace}`;
}

async function allowPods(scene: Scene): Promise<void> {
  const { api, namespace } = kubernetesOf(scene);
  await api('DELETE', `/api/v1/namespaces/${namespace}/resourcequotas/${QUOTA}`);
  scene.say('the quota is gone');
}

async function evict(scene: Scene, id: EvaluationId): Promise<void> {
  const { api, namespace } = kubernetesOf(scene);
  const name = await podOf(scene, id);
  await api('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
  });
  scene.say(`evicted ${name}`);
}
