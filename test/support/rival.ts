import { applyManifest, eventually, getJson } from '@lacuna/testing';
import type { RealCluster } from './kubernetes-system.ts';

const PATH = '/api/v1/namespaces/default/pods/rival';

/** A pod of higher priority than any evaluation has, for which the scheduler makes room. Disposing it takes it away. */
interface Rival extends AsyncDisposable {
  /** Resolves when it runs. */
  running(): Promise<void>;
}

/** A share of the processors that pods of the node may ask for, as a quantity. */
export async function shareOfNode({ controlPlane, node }: RealCluster, share: number): Promise<string> {
  const { status } = await getJson<{ status: { allocatable: { cpu: string } } }>(
    controlPlane,
    `/api/v1/nodes/${node.name}`,
  );
  return `${Math.floor(Number(status.allocatable.cpu) * 1_000 * share)}m`;
}

export async function startRival({ controlPlane, request }: RealCluster, cpu: string): Promise<Rival> {
  const metadata = { name: 'higher' };
  await applyManifest(controlPlane, {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata,
    value: 1_000,
  });
  const main = { name: 'main', image: 'localhost/busybox:1', imagePullPolicy: 'Never', command: ['sleep', '600'] };
  await applyManifest(controlPlane, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'rival' },
    spec: {
      priorityClassName: metadata.name,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [{ ...main, resources: { requests: { cpu } } }],
    },
  });
  const isRunning = async (): Promise<boolean> =>
    (await getJson<{ status: { phase: string } }>(controlPlane, PATH)).status.phase === 'Running';
  return {
    running: async () => void (await eventually('the rival runs', isRunning, { withinMs: 120_000 })),
    [Symbol.asyncDispose]: async () => void (await request({ method: 'DELETE', path: PATH })),
  };
}
