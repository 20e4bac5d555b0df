import type { Cluster } from '@lacuna/cluster';
import { Session, type ClusterFeatures, type ClusterSubject } from '@lacuna/cluster/conformance';
import { OWN_ARCHITECTURE, resolveSeal } from '@lacuna/seal';
import { writeKubeconfig } from '@lacuna/servers';
import {
  applyManifest,
  startTestControlPlane,
  startTestKwok,
  startTestNode,
  type ControlPlane,
  type RealNode,
} from '@lacuna/testing';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openKubernetesCluster, type SealHelper } from '../src/index.ts';
import type { KubernetesClusterOptions } from '../src/open-kubernetes-cluster.ts';
import { DirectAccess } from './direct-access.ts';
import { FaultProxy } from './fault-proxy.ts';

/** What pods run on; without a node they wait. */
export type Node = 'none' | 'fake' | 'real';

const COMMON = { signals: false, seals: false, patienceMs: 90_000 } as const;

/** The physical differences. Kubernetes knows no signals: its helper tells them. kwok runs nothing: every pod ends with 0, and all logs are one file. */
export const FEATURES: Readonly<Record<Node, ClusterFeatures>> = {
  none: { ...COMMON, programs: false, request: { image: 'none' } },
  fake: { ...COMMON, programs: false, request: { image: 'fake' } },
  real: {
    ...COMMON,
    signals: true,
    seals: true,
    streamsApart: true,
    reportFiles: true,
    workdir: '/tmp',
    spools: true,
    request: { image: 'localhost/busybox:1' },
  },
};

/** What is refused must be told as refused, however late a busy API server says so. */
export const PATIENT = { timings: { logGraceMs: 20_000 } } as const;

export interface KubernetesSubject extends ClusterSubject {
  readonly controlPlane: ControlPlane;
  readonly proxy: FaultProxy;
  readonly session: Session;
  /** As others have it, past the proxy. */
  readonly direct: DirectAccess;
  readonly namespace: string;
  /** Only a real one. */
  readonly node: RealNode | undefined;
  readonly reopen: (change?: KubernetesClusterOptions) => Promise<Cluster>;
}

/** A real control plane behind a fault proxy, with the restricted Pod Security Standard enforced where the Jobs are. */
export async function openSubject(node: Node, options: KubernetesClusterOptions = {}): Promise<KubernetesSubject> {
  await using starting = new AsyncDisposableStack();
  const controlPlane = starting.use(await startTestControlPlane());
  if (node === 'fake') starting.use(await startTestKwok(controlPlane));
  const realNode = node === 'real' ? starting.use(await startTestNode(controlPlane)) : undefined;
  const proxy = starting.use(await FaultProxy.to(controlPlane.url));
  const namespace = 'evaluations';
  await applyManifest(controlPlane, restricted(namespace));
  const direct = starting.use(new DirectAccess(controlPlane, namespace));
  const path = join(controlPlane.dataDir, 'proxied.kubeconfig');
  // The certificate is good for every port of loopback.
  const kubeconfig = await writeKubeconfig(path, { ...controlPlane.admin, url: proxy.url });
  const seal = node === 'real' ? { seal: SEAL } : {};
  const open = (change: KubernetesClusterOptions = {}): Cluster =>
    openKubernetesCluster({
      kubeconfig,
      namespace,
      pods: { imagePullPolicy: 'Never' },
      ...seal,
      ...options,
      ...change,
    });
  const cluster = starting.use(open());
  const running = starting.move();
  const subject: KubernetesSubject = {
    cluster,
    controlPlane,
    proxy,
    namespace,
    node: realNode,
    direct,
    session: new Session(FEATURES[node], () => subject),
    reopen: (change) => Promise.resolve(open(change)),
    interrupt: () => Promise.resolve(proxy.cut()),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
  return subject;
}

/** The helper of pods on a real node. */
export const SEAL = {
  from: 'configmap',
  architecture: OWN_ARCHITECTURE,
  program: sealProgram,
} satisfies SealHelper;

async function sealProgram(): Promise<Uint8Array> {
  const seal = await resolveSeal();
  if (seal.kind === 'unavailable') throw new Error(seal.message);
  return readFile(seal.paths[SEAL.architecture]);
}

function restricted(name: string) {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
