import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openKubernetesApi, type KubernetesApi } from '@lacuna/cluster-kubernetes';
import type { EvaluationId, EvaluationSpec, EvaluationView } from '@lacuna/contracts';
import type { Drill } from './drill.ts';
import { rankedFirst } from './label-drills.ts';
import { kubernetesOf, ownOf, stageIs, submitted, until, waitFor, type Scene } from './scene.ts';

const NEEDS_CLUSTER = { url: 'it changes the cluster, which only a namespace of its own allows' } as const;
const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** The service account that is limited. */
const NAME = 'lacuna-drill-dispatch';

/** An API server that limits requests, by its own means: priority and fairness. */
export const KUBERNETES_API_DRILLS: readonly Drill[] = [
  {
    fault: 'api-429',
    makes: 'the API server answers 429 to a dispatcher: its priority level has no share of requests, and is in use',
    notOn: NEEDS_CLUSTER,
    act: {
      key: 'api-429',
      spec: { name: 'drill-api-429', command: ['true'], report: 'none' },
      verdict: 'passed',
      broken: 'queue missing',
    },
    cause: 'api-throttled',
    make: async (scene, { spec }) => {
      const { services, replica } = ownOf(scene);
      // Who drills is an admin, whom the API server never limits: so another dispatcher takes over, as a service account.
      await using identity = await limitedIdentity(scene);
      services.dispatch.pause();
      try {
        await using during = new AsyncDisposableStack();
        during.use(await replica('dispatch', { LACUNA_KUBECONFIG: identity.kubeconfig }));
        await limitJobs(scene);
        during.use(occupy(scene, identity.api));
        const id = await throttled(scene, spec);
        const ranked = await rankedFirst(scene, id);
        await allowJobs(scene);
        await until(scene, id, 'its verdict', ({ verdict }) => verdict !== undefined);
        return { id, ...ranked };
      } finally {
        services.dispatch.resume();
        await allowJobs(scene);
      }
    },
  },
];

interface Identity extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly api: KubernetesApi;
}

/** A service account with the rights of dispatch, and a kubeconfig for it; the file is gone when it is disposed. */
async function limitedIdentity(scene: Scene): Promise<Identity> {
  const { api, namespace, kubeconfigFor } = kubernetesOf(scene);
  const of = { metadata: { name: NAME } };
  await api('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, of);
  await api('POST', `${RBAC}/namespaces/${namespace}/roles`, {
    ...of,
    rules: [
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get'] },
    ],
  });
  await api('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
    ...of,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
  });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${NAME}/token`;
  const { status } = (await api('POST', path, { spec: { expirationSeconds: 3_600 } })) as { status: { token: string } };
  const folder = await mkdtemp(join(tmpdir(), 'lacuna-drill-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(status.token), { mode: 0o600 });
  const own = openKubernetesApi({ kubeconfig });
  return {
    kubeconfig,
    api: own,
    async [Symbol.asyncDispose]() {
      await own[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** From when this resolves, requests of the service account about Jobs have a priority level of their own without any share: one is served at a time. */
async function limitJobs(scene: Scene): Promise<void> {
  const { api, namespace } = kubernetesOf(scene);
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
  const subject = { kind: 'ServiceAccount', serviceAccount: { name: NAME, namespace } };
  await api('POST', `${FLOW_CONTROL}/flowschemas`, {
    metadata: { name: namespace },
    spec: {
      priorityLevelConfiguration: { name: namespace },
      matchingPrecedence: 500,
      rules: [{ subjects: [subject], resourceRules: [resource] }],
    },
  });
  await waitFor(scene, 'the flow schema in force', async () => {
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
function occupy(scene: Scene, api: KubernetesApi): AsyncDisposable {
  const { namespace } = kubernetesOf(scene);
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/none?resourceVersion=${Number.MAX_SAFE_INTEGER}`;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, scene.signal]);
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await api.call({ method: 'GET', path }, signal).catch(() => undefined);
      await delay(PAUSE_MS);
    }
  };
  const loops = Array.from({ length: LOOPS }, loop);
  scene.say('the priority level is in use: the API server answers 429 to whatever else comes');
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(loops);
    },
  };
}

/** How often an evaluation may slip through. */
const TRIES = 5;

/**
 * Submits until an evaluation has been kept from its Job for longer than the queue is owed. One whose request comes just when the one that is
 * served has ended, within some milliseconds of three seconds, gets its Job.
 */
async function throttled(scene: Scene, spec: EvaluationSpec): Promise<EvaluationId> {
  const isMissed = (view: EvaluationView): boolean => stageIs(view, 'queue', 'missing');
  for (let tried = 0; tried < TRIES; tried++) {
    const id = await submitted(scene, spec);
    const view = await until(
      scene,
      id,
      'queue missing',
      (seen) => isMissed(seen) || seen.attempts[0]?.job !== undefined,
    );
    if (isMissed(view)) return id;
    scene.say('its request came just when another had ended, and was served; so once more');
  }
  throw new Error(`${TRIES} evaluations in a row got their Jobs: the API server limits nobody`);
}

/** Takes it back; harmless when there is nothing to take back. */
async function allowJobs(scene: Scene): Promise<void> {
  const { api, namespace } = kubernetesOf(scene);
  for (const kind of ['flowschemas', 'prioritylevelconfigurations'])
    await api('DELETE', `${FLOW_CONTROL}/${kind}/${namespace}`).catch((error: unknown) => {
      if (!(error as Error).message.includes(' answered 404')) throw error;
    });
}
