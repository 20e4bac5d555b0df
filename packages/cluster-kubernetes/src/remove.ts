import type { ChangeOutcome, JobRef } from '@lacuna/cluster';
import { outcomeOfChange, orUnavailable } from './change-outcome.ts';
import { jobsPath } from './collections.ts';
import type { KubeConnection } from './kube-connection.ts';

interface RemoveDeps {
  readonly connection: KubeConnection;
  readonly namespace: string;
}

/** Deletes a Job of this uid and no other; its pod follows it by the garbage collector, and with the pod its log. */
export function remove(
  { connection, namespace }: RemoveDeps,
  { name, uid }: JobRef,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const path = `${jobsPath(namespace)}/${encodeURIComponent(name)}`;
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', preconditions: { uid } };
  return orUnavailable(connection.call({ method: 'DELETE', path, body }, signal).then(outcomeOfChange));
}
