import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually, getJson, type ControlPlane, type RealNode } from '@lacuna/testing';

/** A pod that runs on a real node. */
export interface PodOnNode {
  readonly address: string;
  /** Of a process whose network is that of the pod. */
  readonly pid: number;
}

interface Pod {
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly containerID?: string }[];
  };
}

/** Waits until the first container of the pod runs. */
export function podOnNode(
  { controlPlane, node }: { readonly controlPlane: ControlPlane; readonly node: RealNode },
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<PodOnNode> {
  return eventually(
    `${namespace}/${name} runs`,
    async () => {
      const { status } = await getJson<Pod>(controlPlane, `/api/v1/namespaces/${namespace}/pods/${name}`);
      const id = status.containerStatuses?.[0]?.containerID?.replace('containerd://', '');
      const pid = id === undefined ? undefined : (await processes(node)).get(id);
      if (pid === undefined || status.podIP === undefined) throw new Error(JSON.stringify(status));
      return { address: status.podIP, pid };
    },
    { withinMs: 90_000 },
  );
}

/** The first process of each container that runs, by the container's id. */
async function processes({ containerd }: RealNode): Promise<ReadonlyMap<string, number>> {
  const list = ['--address', containerd.socket, '--namespace', 'k8s.io', 'tasks', 'list'];
  const { stdout } = await promisify(execFile)('ctr', list);
  return new Map([...stdout.matchAll(/^(\S+)\s+(\d+)\s+RUNNING/gm)].map(([, id = '', pid]) => [id, Number(pid)]));
}
