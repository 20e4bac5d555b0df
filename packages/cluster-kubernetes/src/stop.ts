import type { ChangeOutcome, JobRef } from '@lacuna/cluster';
import type { ApiJob, ApiPod } from './api-objects.ts';
import { messageOf, type ApiResponse } from './api-response.ts';
import { outcomeOfChange, orUnavailable } from './change-outcome.ts';
import { jobsPath, podsPath } from './collections.ts';
import { ANNOTATIONS, LABELS } from './identity.ts';
import type { KubeConnection } from './kube-connection.ts';
import { snapshotOfJob } from './snapshot-of-job.ts';

interface StopDeps {
  readonly connection: KubeConnection;
  readonly namespace: string;
}

/**
 * Stops a Job and keeps its evidence. Deleting the pod would delete its log, so its deadline is moved to now: the kubelet ends it as at any
 * deadline (TERM, grace, KILL), and pod, log and Job stay. An annotation says that it was us. A pod that no kubelet has yet is deleted, and a
 * Job without a pod gets a deadline of its own.
 */
export function stop(deps: StopDeps, job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
  return orUnavailable(new Stop(deps, job, signal).run());
}

const DEADLINE_NOW = { spec: { activeDeadlineSeconds: 1 } } as const;

class Stop {
  readonly #connection: KubeConnection;
  readonly #namespace: string;
  readonly #job: JobRef;
  readonly #signal: AbortSignal;

  constructor({ connection, namespace }: StopDeps, job: JobRef, signal: AbortSignal) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#job = job;
    this.#signal = signal;
  }

  async run(): Promise<ChangeOutcome> {
    const path = `${jobsPath(this.#namespace)}/${encodeURIComponent(this.#job.name)}`;
    const found = await this.#connection.call({ path }, this.#signal);
    if (found.status !== 200) return outcomeOfChange(found);
    const job = found.body as ApiJob;
    if (job.metadata?.uid !== this.#job.uid) return { kind: 'absent' };
    if (snapshotOfJob(job)?.finished !== undefined) return { kind: 'done' };
    const labelSelector = `${LABELS.jobUid}=${this.#job.uid}`;
    const listed = await this.#connection.call(
      { path: podsPath(this.#namespace), query: { labelSelector } },
      this.#signal,
    );
    if (listed.status !== 200) return { kind: 'unavailable', message: messageOf(listed) };
    const { items: pods = [] } = listed.body as { readonly items?: readonly ApiPod[] };
    return pods.length === 0 ? this.#end(path, this.#job.uid) : this.#stopPods(pods);
  }

  async #stopPods(pods: readonly ApiPod[]): Promise<ChangeOutcome> {
    for (const { metadata: { name = '', uid = '' } = {}, spec } of pods) {
      const path = `${podsPath(this.#namespace)}/${encodeURIComponent(name)}`;
      const ended = await this.#end(path, uid);
      if (ended.kind === 'unavailable') return ended;
      if (spec?.nodeName !== undefined) continue;
      const deleted = outcomeOfChange(await this.#delete(path, uid));
      if (deleted.kind === 'unavailable') return deleted;
    }
    return { kind: 'done' };
  }

  /** A conflict may be another writer's as well as another uid: whoever asks again finds out, and no wish to stop gets lost. */
  async #end(path: string, uid: string): Promise<ChangeOutcome> {
    const annotations = { [ANNOTATIONS.stopped]: new Date().toISOString() };
    const body = { metadata: { uid, annotations }, ...DEADLINE_NOW };
    const patched = await this.#connection.call({ method: 'PATCH', path, body }, this.#signal);
    return patched.status === 409 ? { kind: 'unavailable', message: messageOf(patched) } : outcomeOfChange(patched);
  }

  #delete(path: string, uid: string): Promise<ApiResponse> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
    return this.#connection.call({ method: 'DELETE', path, body }, this.#signal);
  }
}
