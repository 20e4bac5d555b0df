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
  SpoolOutcome,
} from '@lacuna/cluster';
import { JobCreator } from './job-creator.ts';
import type { PodDefaults } from './job-manifest.ts';
import type { KubeConnection } from './kube-connection.ts';
import type { NodeFiles } from './node-files.ts';
import { observe } from './observe.ts';
import { openLog } from './open-log.ts';
import { openReport } from './open-report.ts';
import { openSpool } from './open-spool.ts';
import type { SealHelper } from './seal-helper.ts';
import { remove } from './remove.ts';
import { stop } from './stop.ts';
import type { Timings } from './timings.ts';

interface KubernetesClusterParts {
  readonly connection: KubeConnection;
  readonly namespace: string;
  readonly timings: Timings;
  readonly pods: PodDefaults;
  readonly seal: SealHelper | undefined;
  readonly nodeFiles: NodeFiles | undefined;
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

  openSpool(container: ContainerRef, signal: AbortSignal): Promise<SpoolOutcome> {
    return openSpool(this.#parts, container, signal);
  }

  openReport(container: ContainerRef, signal: AbortSignal): Promise<ReportOutcome> {
    return openReport(this.#parts, container, signal);
  }

  stop(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return stop(this.#parts, job, signal);
  }

  remove(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome> {
    return remove(this.#parts, job, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { connection, nodeFiles } = this.#parts;
    this.#creator[Symbol.dispose]();
    await Promise.all([connection[Symbol.asyncDispose](), nodeFiles?.[Symbol.asyncDispose]()]);
  }
}
