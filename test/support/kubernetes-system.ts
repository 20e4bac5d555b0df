import { requestApi, type ApiRequest, type ControlPlane, type Kwok, type RealNode } from '@lacuna/servers';
import { getJson, startTestControlPlane, startTestKwok, startTestNode, type TestNodeOptions } from '@lacuna/testing';
import { SERVICES, type ServiceName } from './service-process.ts';
import { startSystem, type System } from './system.ts';

/** A control plane with a node, on which whole systems can be started. Disposing it ends all of them. */
interface TestCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  /** A system that runs its evaluations here. Disposed before the cluster. */
  readonly system: (env?: Readonly<Record<string, string>>, services?: readonly ServiceName[]) => Promise<System>;
  /** One request as the admin; any status is an answer. */
  readonly request: (request: ApiRequest) => Promise<{ readonly status: number; readonly text: string }>;
  readonly jobs: (namespace?: string) => Promise<readonly string[]>;
}

export interface FakeCluster extends TestCluster {
  readonly kwok: Kwok;
}
export interface RealCluster extends TestCluster {
  readonly node: RealNode;
}

/** Controllers that are not the bottleneck, as a cluster for many Jobs is set up. */
const LIMITS = { apiQps: 1_000, concurrentJobSyncs: 50 };

/** Pods on fake nodes: each runs for a while and ends with 0, and no process was there. */
export async function startFakeCluster({ runMs }: { readonly runMs: number }): Promise<FakeCluster> {
  await using starting = new AsyncDisposableStack();
  const controlPlane = starting.use(await startTestControlPlane({ limits: LIMITS }));
  const kwok = starting.use(await startTestKwok(controlPlane, { runMs }));
  return { ...clusterOn(controlPlane, starting.move()), kwok };
}

/** A kubelet and containerd: the machine's own, or version 2. */
export async function startRealCluster(options: TestNodeOptions = {}): Promise<RealCluster> {
  await using starting = new AsyncDisposableStack();
  const controlPlane = starting.use(await startTestControlPlane());
  const node = starting.use(await startTestNode(controlPlane, options));
  return { ...clusterOn(controlPlane, starting.move()), node };
}

function clusterOn(controlPlane: ControlPlane, running: AsyncDisposableStack): TestCluster {
  const { admin, kubeconfig } = controlPlane;
  const shared = { LACUNA_CLUSTER: 'kubernetes', LACUNA_KUBECONFIG: kubeconfig, LACUNA_IMAGE_PULL_POLICY: 'Never' };
  return {
    controlPlane,
    system: (env = {}, services = SERVICES) => startSystem({ env: { ...shared, ...env }, services }),
    request: (request) => requestApi(admin, request),
    async jobs(namespace = 'default') {
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const { items } = await getJson<{ items: { metadata: { name: string } }[] }>(controlPlane, path);
      return items.map(({ metadata }) => metadata.name);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
