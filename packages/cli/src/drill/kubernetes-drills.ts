import type { EvaluationId } from '@lacuna/contracts';
import { namespaceOf, type DrillContext } from './drill-context.ts';
import type { Drill } from './drill.ts';
import { NEEDS_NAMESPACE } from './open-namespace.ts';
import { podOf } from './pod-of.ts';
import { submit } from './submit.ts';
import { waitFor, waitForStage, waitForVerdict, waitUntilRunning } from './wait-for.ts';
import { whileJaegerIsDown } from './while-jaeger-is-down.ts';

/** Faults of a real Kubernetes, made through its own API in a namespace of their own. */
export const KUBERNETES_DRILLS: readonly Drill[] = [
  {
    fault: 'no-pod',
    makes: 'a quota of the namespace allows no pod',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['true'], report: 'none' },
    expected: {
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
    inject: async (context, spec) => {
      await allowNoPods(context);
      const id = await submit(context, spec);
      await waitForVerdict(context, id);
      await allowPods(context);
      return { id };
    },
  },
  {
    fault: 'slow-pod',
    makes: 'a quota allows no pod until its time is over: the hole is reported, and filled',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['true'], report: 'none' },
    expected: { verdict: 'passed', broken: 'pod.create missing' },
    cause: 'pod-late',
    inject: async (context, spec) => {
      await allowNoPods(context);
      const id = await submit(context, spec);
      await waitForStage(context, id, 'pod.create', 'missing');
      await allowPods(context);
      return { id };
    },
  },
  {
    fault: 'jaeger-down',
    makes:
      'Jaeger is stopped while a quota allows no pod: the alert comes all the same, and the trace when Jaeger is back',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['true'], report: 'none' },
    expected: {
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
    inject: async (context, spec) => {
      const id = await whileJaegerIsDown(context, async () => {
        await allowNoPods(context);
        return submit(context, spec);
      });
      await waitForVerdict(context, id);
      await allowPods(context);
      return { id };
    },
  },
  {
    fault: 'oom',
    makes: 'a child of the shell takes more memory than its limit, and the kernel kills it; the exit code is 0',
    notOn: { ...NEEDS_NAMESPACE, process: 'processes of the embedded cluster have no memory limit' },
    spec: {
      // The child has to grow fast enough to be the one that is killed.
      command: ['sh', '-c', 'head -c 100000000 /dev/zero | tail | wc -c; exit 0'],
      resources: { memory: '20Mi' },
      report: 'none',
    },
    expected: { verdict: 'error', reason: /OOMKilled/, broken: 'container.run oom-killed' },
    cause: 'oom',
  },
  {
    fault: 'evict',
    makes: 'the pod is evicted while it runs, through the eviction API',
    notOn: { ...NEEDS_NAMESPACE, process: 'the embedded cluster has no nodes to evict from' },
    spec: { command: ['sh', '-c', 'echo started; exec sleep 300'], report: 'none' },
    expected: { verdict: 'error', reason: /[Ee]vict/, broken: 'container.run evicted' },
    cause: 'evicted',
    inject: async (context, spec) => {
      const id = await submit(context, spec);
      await waitUntilRunning(context, id);
      await evict(context, id);
      return { id };
    },
  },
];

const QUOTA = 'lacuna-drill';

/** A quota of no pods, in force when this resolves: before its controller has seen it, it refuses in other words. */
async function allowNoPods(context: DrillContext): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  await api('POST', quotas, { metadata: { name: QUOTA }, spec: { hard: { pods: '0' } } });
  await waitFor(context, 'the quota in force', async () => {
    const { status } = (await api('GET', `${quotas}/${QUOTA}`)) as { status?: { hard?: object } };
    return status?.hard;
  });
  context.say(`quota ${QUOTA} allows no pod in ${namespace}`);
}

async function allowPods(context: DrillContext): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  await api('DELETE', `/api/v1/namespaces/${namespace}/resourcequotas/${QUOTA}`);
  context.say('the quota is gone');
}

async function evict(context: DrillContext, id: EvaluationId): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  const name = await podOf(context, id);
  await api('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
  });
  context.say(`evicted ${name}`);
}
