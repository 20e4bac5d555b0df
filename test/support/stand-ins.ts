import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { applyManifest, type ControlPlane, type Manifest, type RealNode } from '@lacuna/testing';
import { podOnNode, type PodOnNode } from './pod-on-node.ts';

/** What the network knows of a pod: where it is, its labels and its ports. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the containers by their names. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface StandIn extends Endpoint, PodOnNode {
  readonly name: string;
}

type Cluster = { readonly controlPlane: ControlPlane; readonly node: RealNode };

/** Pods of the names and kinds given, each of which does nothing but take connections at its ports. Resolves when all run. */
export async function startStandIns(
  cluster: Cluster,
  endpoints: Readonly<Record<string, Endpoint>>,
): Promise<ReadonlyMap<string, StandIn>> {
  const { controlPlane } = cluster;
  for (const namespace of new Set(Object.values(endpoints).map((endpoint) => endpoint.namespace)))
    await applyManifest(controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const [name, endpoint] of Object.entries(endpoints)) await applyManifest(controlPlane, podOf(name, endpoint));
  const running = Object.entries(endpoints).map(async ([name, endpoint]) => {
    const pod = await podOnNode(cluster, { namespace: endpoint.namespace, name });
    return [name, { ...endpoint, ...pod, name }] as const;
  });
  return new Map(await Promise.all(running));
}

function podOf(name: string, { namespace, labels, ports }: Endpoint): Manifest {
  const servers = Object.values(ports).map((port) => `httpd -p ${port};`);
  const container = {
    name: 'main',
    image: BUSYBOX_IMAGE,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', [...servers, 'sleep 1000000'].join(' ')],
    ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
  };
  const spec = { containers: [container], terminationGracePeriodSeconds: 0 };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec };
}
