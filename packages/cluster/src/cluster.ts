import type { JobRef, JobRequest } from './job.ts';
import type { Observation } from './observation.ts';
import type { ChangeOutcome, EnsureOutcome, LogOutcome, ReportOutcome, SpoolOutcome } from './outcomes.ts';

/**
 * The port to whatever runs the containers. Several processes may hold one at a time (dispatch, k8s-watch and log-collect each have their own);
 * what they see is one cluster.
 *
 * Rules every adapter keeps, and the conformance suite checks:
 * - C1 `ensure` with the same name starts at most one container, however often and from wherever it is called.
 * - C2 `observe` never ends before its signal is aborted, resumes by itself, and tells all that exists after each break.
 * - C3 an end of a container is told with exactly what is known: no made-up exit code.
 * - C4 log bytes are passed on as they are, from any offset.
 * - C5 what `remove` was not asked for stays observable: a finished Job does not go away by itself.
 * - C6 a request that names a report file is either denied, or the file can be had as it was when the command had ended.
 * - C7 a container that was told to end with a spool has one: `openSpool` gives its bytes also when the container was killed.
 * - C8 of a request that asks for its streams apart both are in the log, whole, and the seal counts each.
 */
export interface Cluster extends AsyncDisposable {
  readonly kind: 'process' | 'kubernetes' | 'fake';
  /** Creates the Job, or finds the one of the same name and identity. */
  ensure(request: JobRequest, signal: AbortSignal): Promise<EnsureOutcome>;
  /** All our Jobs and pods: what exists, then `synced`, then every change. */
  observe(signal: AbortSignal): AsyncIterable<Observation>;
  /** The main container's log from a byte offset on. With `follow` the body goes on until the source says that the container ended. */
  openLog(container: ContainerRef, from: LogPosition, signal: AbortSignal): Promise<LogOutcome>;
  /** What was kept of the output of a container that has ended, by the request's `spoolBytes`. */
  openSpool(container: ContainerRef, signal: AbortSignal): Promise<SpoolOutcome>;
  /** The file that the request named as `reportFile`. */
  openReport(container: ContainerRef, signal: AbortSignal): Promise<ReportOutcome>;
  /** Stops the command (TERM, grace, KILL of all it started) and keeps the evidence. */
  stop(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome>;
  /** Deletes the Job, its pod and its log, only if the uid still matches. */
  remove(job: JobRef, signal: AbortSignal): Promise<ChangeOutcome>;
}

export interface ContainerRef {
  readonly podUid: string;
  readonly podName: string;
  readonly containerId: string;
  /** The node that runs it, where whoever asks knows it: its log may be had from there more cheaply. */
  readonly node?: string;
}

export interface LogPosition {
  readonly offset: number;
  readonly follow: boolean;
  /**
   * What the reader knows of the bytes before `offset`. A source that can't seek compares them with what it reads again; without them it
   * has to believe that its log still begins with the first byte.
   */
  readonly known?: LogOverlap;
  /** Of the request that made it: two streams are not in the order of their timestamps. */
  readonly streams?: JobRequest['streams'];
  /**
   * The container has ended, its log is wanted from the first byte on, and the reader holds all that comes against the seal, which counted so many bytes,
   * before it believes any of it. So a source may save itself what it does to tell the log's bytes from words about the log.
   */
  readonly sealedBytes?: number;
}

/** The end of what was read of a log, to be found again in it. */
export interface LogOverlap {
  /** The last bytes before the offset, {@link LogTail.LIMIT} of them or all. */
  readonly tail: Uint8Array;
  /** The latest mark that the source gave with them. */
  readonly mark?: string;
}
