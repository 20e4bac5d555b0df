import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesApi } from '@lacuna/cluster-kubernetes';
import { namespaceOf, type DrillContext } from './drill-context.ts';
import { LIMITED_ACCOUNT } from './limited-identity.ts';
import { waitFor } from './wait-for.ts';

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';

/** From when this resolves, requests of the service account about Jobs have a priority level of their own without any share: one is served at a time. */
export async function limitJobs(context: DrillContext): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  const limited = {
    nominalConcurrencyShares: 0,
    borrowingLimitPercent: 0,
    lendablePercent: 0,
    limitResponse: { type: 'Reject' },
  };
  await api('POST', `${FLOW_CONTROL}/prioritylevelconfigurations`, {
    metadata: { name: namespace },
    spec: { type: 'Limited', limited },
  });
  const resource = { verbs: ['create', 'get'], apiGroups: ['batch'], resources: ['jobs'], namespaces: [namespace] };
  const subject = { kind: 'ServiceAccount', serviceAccount: { name: LIMITED_ACCOUNT, namespace } };
  await api('POST', `${FLOW_CONTROL}/flowschemas`, {
    metadata: { name: namespace },
    spec: {
      priorityLevelConfiguration: { name: namespace },
      matchingPrecedence: 500,
      rules: [{ subjects: [subject], resourceRules: [resource] }],
    },
  });
  await waitFor(context, 'the flow schema in force', async () => {
    const answer = await api('GET', `${FLOW_CONTROL}/flowschemas/${namespace}`);
    const { status } = answer as { status?: { conditions?: { type: string; status: string }[] } };
    return status?.conditions?.find(({ type, status: is }) => type === 'Dangling' && is === 'False');
  });
}

/** Loops that ask: when the request that is served comes to its end, one of them is the next, within milliseconds. */
const LOOPS = 3;
const PAUSE_MS = 3;

/**
 * Keeps the priority level in use, so that any other request of it is answered 429: a read at a resource version that is still to come is
 * held by the API server for three seconds. Until it is disposed.
 */
export function occupy(context: DrillContext, api: KubernetesApi): AsyncDisposable {
  const { namespace } = namespaceOf(context);
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/none?resourceVersion=${Number.MAX_SAFE_INTEGER}`;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, context.signal]);
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await api.call({ method: 'GET', path }, signal).catch(() => undefined);
      await delay(PAUSE_MS);
    }
  };
  const loops = Array.from({ length: LOOPS }, loop);
  context.say('the priority level is in use: the API server answers 429 to whatever else comes');
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(loops);
    },
  };
}

/** Takes it back; harmless when there is nothing to take back. */
export async function allowJobs(context: DrillContext): Promise<void> {
  const { api, namespace } = namespaceOf(context);
  for (const kind of ['flowschemas', 'prioritylevelconfigurations'])
    await api('DELETE', `${FLOW_CONTROL}/${kind}/${namespace}`).catch((error: unknown) => {
      if (!(error as Error).message.includes(' answered 404')) throw error;
    });
}
