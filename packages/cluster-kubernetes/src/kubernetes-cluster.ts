import type {
  ChangeOutcome,
  Cluster,
  ContainerRef,
  EnsureOutcome,
  JobRef,
  JobRequest,
  LogOutcome,
  LogPosition,
  Observation,
  ReportOutcome,
} from '@lacuna/cluster';
import { JobCreator } from './ensure.ts';
import type { PodDefaults } from './job-manifest.ts';
import type { KubeConnection } from './kube-connection.ts';
import { observe } from './observe.ts';
import { openLog } from './open-log.ts';
import type { SealHelper } from './seal-config-map.ts';
import { remove } from './remove.ts';
import { stop } from './stop.ts';
import type { Timings } from './timings.ts';

export interface KubernetesClusterParts {
  readonly connection: KubeConnection;
  readonly namespace: string;
  readonly timings: Timings;
  readonly pods: PodDefaults;
  readonly seal: SealHelper | undefined;
}

/** The cluster port on one namespace of one Kubernetes cluster. Disposing it ends its observations and breaks what is under way. */
export class KubernetesCluster implements Cluster {
  readonly kind = 'kubernetes';
  readonly #parts: KubernetesClusterParts;
  readonly #creator: JobCreator;

  constructor(parts: KubernetesClusterParts) {
    this.#parts = parts;
    this.#creator = new JobCreator(parts.connection, parts.namespace, parts.pods, parts.seal);
  }

  ensure(request: JobRequest, signal: AbortSignal): Promise<EnsureOutcome> {
    return this.#creator.ensure(request, signal);
  }

  observe(signal: AbortSignal): AsyncIterable<Observation> {
    return observe(this.#parts, signal);
  }

  openLog(container: ContainerRef, from: LogPosition, signal: AbortSignal): Promise<LogOutcome> {
    const { timings, ...deps } = this.#parts;
    return openLog({ ...deps, graceMs: timings.logGraceMs }, container, from, signal);
  }

  /** A file of a container that has ended can't be had from the API server; `ensure` denies requests that name one. */
  openReport(): Promise<ReportOutcome> {
    return Promise.resolve({ kind: 'gone', message: 'on Kubernetes a report file can not be read yet' });
  }

  stop(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return stop(this.#parts, job, signal);
  }

  remove(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return remove(this.#parts, job, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.connection[Symbol.asyncDispose]();
  }
}
