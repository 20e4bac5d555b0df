import type { ContainerEnd, JobRequest, JobSnapshot, PodSnapshot, WarningEvent } from '@lacuna/cluster';
import type { DrillFault } from '@lacuna/contracts';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { logPath, reportPath, type AgentPaths } from '../agent-paths.ts';
import { MAX_TIMER_MS, startContainer, type Container, type StartOutcome } from './container.ts';
import { containerEnv } from './container-env.ts';
import { quotaMessage } from './quota-message.ts';
import type { FifoPool } from './fifo-pool.ts';
import type { JobEntry } from './job-entry.ts';
import type { JobTable } from './job-table.ts';
import { keepReport } from './keep-report.ts';
import { explainStartError } from './start-error.ts';
import { nowMs } from './now-ms.ts';

export interface RunContext {
  readonly table: JobTable;
  readonly fifos: FifoPool;
  readonly paths: AgentPaths;
}

type Cause = 'Stopped' | 'DeadlineExceeded';
type End = Omit<ContainerEnd, 'at' | 'containerId' | 'startedAt'>;

/** One Job from its pod to its end: pod created, scheduled, started, ended, Job finished; each written into the table. */
export class PodRun {
  /** Settles when the Job is finished. */
  readonly ended: Promise<void>;
  readonly #context: RunContext;
  readonly #request: JobRequest;
  readonly #stop = new AbortController();
  #container: Container | undefined;
  #cause: Cause | undefined;
  #lastTime: number;

  constructor(context: RunContext, request: JobRequest, fault: DrillFault | undefined) {
    this.#context = context;
    this.#request = request;
    this.#lastTime = this.#entry.job.createdAt;
    this.ended = this.#run(fault).catch((error: unknown) => this.#lose(error));
  }

  /** The running container; undefined before its start. */
  get container(): Container | undefined {
    return this.#container;
  }

  stop(): void {
    this.#end('Stopped');
    this.#stop.abort();
  }

  /** As `stop`, without a grace. */
  kill(): void {
    this.stop();
    this.#container?.kill();
  }

  async #run(fault: DrillFault | undefined): Promise<void> {
    if (fault?.kind === 'slow-pod') await this.#holdPodBack(fault.ms);
    if (this.#cause !== undefined)
      return this.#finishJob({ reason: this.#cause, message: 'stopped before it had a pod' });
    this.#createPod();
    // A container that is not in the journal would be started again after a kill of the agent.
    await this.#context.table.settled();
    if (this.#cause !== undefined) return this.#tellEnd({ reason: this.#cause, message: 'stopped before it started' });
    const outcome = await this.#start(fault);
    if (outcome.kind === 'started') return this.#supervise(outcome.container);
    this.#tellEnd({ reason: 'StartError', message: explainStartError(outcome.error, this.#request) });
  }

  async #holdPodBack(ms: number): Promise<void> {
    const { uid, name } = this.#entry.job;
    this.#warn({ object: 'job', uid, reason: 'FailedCreate', message: quotaMessage(name) });
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #createPod(): void {
    const { job } = this.#entry;
    const { evaluation, attempt } = job;
    const at = this.#now();
    const uid = randomUUID();
    const pod = { evaluation, attempt, name: `${job.name}-pod`, uid, jobUid: job.uid, createdAt: at };
    this.#update({ pod: { ...pod, scheduled: { node: 'local', at } } });
  }

  async #start(fault: DrillFault | undefined): Promise<StartOutcome> {
    const { fifos, paths } = this.#context;
    try {
      const stdout = await fifos.take();
      const stderr = this.#request.streams === 'apart' ? await fifos.take() : undefined;
      return await startContainer(this.#request, containerEnv(this.#request, paths.dir), [stdout, stderr], {
        path: logPath(paths, this.#pod.uid),
        ...(fault?.kind === 'cut-log' && { cutAfter: fault.bytes }),
        onWriteError: (error) => this.#warnOfLog(error),
      });
    } catch (error) {
      return { kind: 'failed', error: error as Error };
    }
  }

  async #supervise(container: Container): Promise<void> {
    this.#container = container;
    this.#update({
      process: container.process,
      pod: { ...this.#pod, started: { containerId: container.id, at: this.#now() } },
    });
    if (this.#cause !== undefined) container.terminate(this.#request.graceMs);
    const deadline = setTimeout(() => this.#end('DeadlineExceeded'), Math.min(this.#request.timeoutMs, MAX_TIMER_MS));
    const exit = await container.exited;
    clearTimeout(deadline);
    // Read at the exit: a stop that comes while the output drains did not end the command.
    const reason = this.#cause ?? (exit.exitCode === 0 ? 'Completed' : 'Error');
    const seal = await container.finish(exit);
    await this.#keepReport();
    const { at: _, ...how } = exit;
    this.#tellEnd({ ...how, reason, message: JSON.stringify(seal), seal });
  }

  /** Before the end is told: whoever hears of it may ask for the file at once. */
  async #keepReport(): Promise<void> {
    const { started, uid } = this.#pod;
    if (this.#request.reportFile === undefined || started === undefined) return;
    const noReport = await keepReport(this.#request, started.at, reportPath(this.#context.paths, uid));
    if (noReport !== undefined) this.#update({ noReport });
  }

  #end(cause: Cause): void {
    this.#cause ??= cause;
    this.#container?.terminate(this.#request.graceMs);
  }

  #tellEnd(end: End): void {
    const { started } = this.#pod;
    const container = started === undefined ? {} : { containerId: started.containerId, startedAt: started.at };
    this.#update({ pod: { ...this.#pod, ended: { at: this.#now(), ...container, ...end } } });
    this.#finishJob({ reason: end.reason, ...(end.reason === 'StartError' && { message: end.message ?? '' }) });
  }

  /** A bug in here must not take the other containers down with it; what became of this one is not known. */
  #lose(error: unknown): void {
    console.error(`${this.#request.name} is lost:`, error);
    this.#container?.kill();
    if (this.#entry.pod === undefined) this.#createPod();
    this.#tellEnd({ reason: 'Lost', message: `the agent failed while it ran this container: ${String(error)}` });
  }

  #finishJob(how: { readonly reason: string; readonly message?: string }): void {
    const finished = { succeeded: how.reason === 'Completed', ...how, at: this.#now() };
    this.#update({ job: { ...this.#entry.job, finished } });
  }

  #warnOfLog(error: Error): void {
    const message = `the rest of the log is not stored: ${error.message}`;
    this.#warn({ object: 'pod', uid: this.#pod.uid, reason: 'LogWriteFailed', message });
  }

  #warn(what: Pick<WarningEvent, 'object' | 'uid' | 'reason' | 'message'>): void {
    const { evaluation, attempt } = this.#request;
    this.#update({ warnings: [...this.#entry.warnings, { evaluation, attempt, ...what, at: this.#now() }] });
  }

  #update(
    change: { job?: JobSnapshot; pod?: PodSnapshot } & Partial<Pick<JobEntry, 'process' | 'warnings' | 'noReport'>>,
  ): void {
    this.#context.table.put({ ...this.#entry, ...change });
  }

  get #entry(): JobEntry {
    const entry = this.#context.table.get(this.#request.name);
    if (entry === undefined) throw new Error(`Job ${this.#request.name} left the table while it ran`);
    return entry;
  }

  get #pod(): PodSnapshot {
    const { pod } = this.#entry;
    if (pod === undefined) throw new Error(`Job ${this.#request.name} has no pod`);
    return pod;
  }

  /** The system clock may be set back; the times of one Job never run backwards. */
  #now(): number {
    this.#lastTime = Math.max(this.#lastTime, nowMs());
    return this.#lastTime;
  }
}
