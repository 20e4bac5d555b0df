import type { NodeSnapshot } from '@lacuna/cluster';
import type { ApiNode } from './api-objects.ts';

/** A node as the port has it. A kubelet that is silent is told by Kubernetes as `Ready` `Unknown`, after 50 s of silence (its default). */
export function snapshotOfNode({ metadata, status }: ApiNode): NodeSnapshot | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const { name } = metadata ?? {};
  if (name === undefined) return undefined;
  const words = [ready?.reason, ready?.message].filter((part) => part !== undefined && part !== '');
  return { name, ready: ready?.status === 'True', message: words.join(': ') };
}
