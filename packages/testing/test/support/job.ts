import { eventually, getJson } from '../../src/index.ts';
import type { ControlPlane, Manifest } from '../../src/index.ts';

export interface Job {
  readonly metadata: { readonly uid: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly {
      readonly state: { readonly terminated?: { readonly exitCode: number; readonly reason: string } };
    }[];
  };
}

export const jobPath = (name: string): string => `/apis/batch/v1/namespaces/default/jobs/${name}`;

/** A Job of one pod, never retried, that runs `script` in a busybox. */
export const shellJob = (name: string, script: string): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          { name: 'main', image: 'localhost/busybox:1', imagePullPolicy: 'Never', command: ['sh', '-c', script] },
        ],
      },
    },
  },
});

/** Waits until the Job has the condition, such as `Complete`; gives its only pod. */
export async function podOfEndedJob(controlPlane: ControlPlane, name: string, condition: string): Promise<Pod> {
  const seen = { withinMs: 90_000 };
  await eventually(`Job ${name} is ${condition}`, () => hasCondition(controlPlane, name, condition), seen);
  const path = `/api/v1/namespaces/default/pods?labelSelector=job-name%3D${name}`;
  const { items } = await getJson<{ items: readonly Pod[] }>(controlPlane, path);
  if (items[0] === undefined || items.length > 1) throw new Error(`Job ${name} has ${items.length} pods`);
  return items[0];
}

async function hasCondition(controlPlane: ControlPlane, name: string, condition: string): Promise<boolean> {
  const { status } = await getJson<Job>(controlPlane, jobPath(name));
  return status.conditions?.some(({ type, status: value }) => type === condition && value === 'True') === true;
}
