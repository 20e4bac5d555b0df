import type { ChangeOutcome, EnsureOutcome, JobRef, JobRequest } from '@lacuna/cluster';
import { FAULT_LABEL, parseFault, type DrillFault } from '@lacuna/contracts';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { logPath, reportPath } from '../agent-paths.ts';
import { whyNeverRunnable } from './why-never-runnable.ts';
import { quotaMessage } from './quota-message.ts';
import { isSameJob, type JobEntry } from './job-entry.ts';
import { PodRun, type RunContext } from './pod-run.ts';
import { nowMs } from './now-ms.ts';
import { storedLog, storedReport, type StoredOutput } from './stored-output.ts';

interface KubeletOptions extends RunContext {
  /** Called whenever a run has ended. */
  readonly onRunEnded: () => void;
}

/** The verbs of the cluster on this machine: admission, the Job controller and the kubelet in one. */
export class Kubelet {
  readonly #options: KubeletOptions;
  /** By Job uid. */
  readonly #runs = new Map<string, PodRun>();
  /** How often a Job was turned away, by its name; for drills. */
  readonly #turnedAway = new Map<string, number>();
  #stopping = false;

  constructor(options: KubeletOptions) {
    this.#options = options;
  }

  /** Whether something is going on that only this process knows about. */
  get busy(): boolean {
    return this.#runs.size > 0;
  }

  /**
   * Answers when the Job is in the journal: an answer that a kill could take back would allow a second start. `allowFaults`: whether the label
   * `lacuna.fault` has an effect, which is for whoever asks to say.
   */
  async ensure(request: JobRequest, allowFaults: boolean): Promise<EnsureOutcome> {
    if (this.#stopping) return { kind: 'unavailable', message: 'the agent is stopping' };
    const existing = this.#options.table.get(request.name);
    const outcome = existing === undefined ? this.#create(request, allowFaults) : adopt(existing, request);
    await this.#options.table.settled();
    return outcome;
  }

  stop(ref: JobRef): ChangeOutcome {
    const entry = this.#find(ref);
    if (entry === undefined) return { kind: 'absent' };
    const run = this.#runs.get(ref.uid);
    if (run !== undefined) run.stop();
    else if (entry.job.finished === undefined) this.#finishWithoutPod(entry);
    return { kind: 'done' };
  }

  /** Kills what runs, waits for its end, then forgets Job, pod and log. */
  async remove(ref: JobRef): Promise<ChangeOutcome> {
    const run = this.#find(ref) === undefined ? undefined : this.#runs.get(ref.uid);
    run?.kill();
    await run?.ended;
    const entry = this.#find(ref);
    if (entry === undefined) return { kind: 'absent' };
    this.#options.table.delete(entry);
    if (entry.pod !== undefined) {
      await rm(logPath(this.#options.paths, entry.pod.uid), { force: true });
      await rm(reportPath(this.#options.paths, entry.pod.uid), { force: true });
    }
    await this.#options.table.settled();
    return { kind: 'done' };
  }

  /** Where the log of a container is; `containerId` must be the one that the pod started. */
  log(podUid: string, containerId: string): StoredOutput {
    const { table, paths } = this.#options;
    const entry = table.ofPod(podUid);
    const running = entry && this.#runs.get(entry.job.uid)?.container;
    return storedLog(entry, { podUid, containerId, paths }, running?.output);
  }

  /** Where the report file of a pod is kept, once its container has ended. */
  report(podUid: string): StoredOutput {
    const { table, paths } = this.#options;
    return storedReport(table.ofPod(podUid), { podUid, paths });
  }

  /** Stops all that runs and waits for its end. Nothing is started any more. */
  async stopAll(): Promise<void> {
    this.#stopping = true;
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop();
    await Promise.all(runs.map((run) => run.ended));
    await this.#options.table.settled();
  }

  #create(request: JobRequest, allowFaults: boolean): EnsureOutcome {
    const message = whyNeverRunnable(request);
    if (message !== undefined) return { kind: 'denied', message };
    const fault = allowFaults ? parseFault(request.labels[FAULT_LABEL] ?? '') : undefined;
    if (fault?.kind === 'api-429' && this.#turnsAway(request, fault.times))
      return { kind: 'throttled', message: '429 Too Many Requests, please try again later', retryAfterMs: 1_000 };
    const entry = newEntry(request, fault);
    this.#options.table.put(entry);
    if (fault?.kind !== 'no-pod') this.#run(entry, request, fault);
    return { kind: 'created', uid: entry.job.uid, at: entry.job.createdAt };
  }

  #turnsAway({ name }: JobRequest, times: number): boolean {
    const already = this.#turnedAway.get(name) ?? 0;
    if (already < times) this.#turnedAway.set(name, already + 1);
    else this.#turnedAway.delete(name);
    return already < times;
  }

  #run({ job }: JobEntry, request: JobRequest, fault: DrillFault | undefined): void {
    const run = new PodRun(this.#options, request, fault);
    this.#runs.set(job.uid, run);
    void run.ended.finally(() => {
      this.#runs.delete(job.uid);
      this.#options.onRunEnded();
    });
  }

  #finishWithoutPod(entry: JobEntry): void {
    const finished = {
      succeeded: false,
      reason: 'Stopped',
      message: 'stopped before it had a pod',
      at: Math.max(entry.job.createdAt, nowMs()),
    };
    this.#options.table.put({ ...entry, job: { ...entry.job, finished } });
  }

  #find(ref: JobRef): JobEntry | undefined {
    const entry = this.#options.table.get(ref.name);
    return entry?.job.uid === ref.uid ? entry : undefined;
  }
}

function adopt(entry: JobEntry, request: JobRequest): EnsureOutcome {
  const { uid, createdAt, evaluation, attempt } = entry.job;
  if (isSameJob(entry, request)) return { kind: 'adopted', uid, at: createdAt };
  const message = `the name ${request.name} is taken by attempt ${attempt} of ${evaluation}, spec ${entry.specHash}`;
  return { kind: 'collision', message };
}

function newEntry({ evaluation, attempt, name, specHash }: JobRequest, fault: DrillFault | undefined): JobEntry {
  const at = nowMs();
  const uid = randomUUID();
  const job = { evaluation, attempt, name, uid, createdAt: at };
  if (fault?.kind !== 'no-pod') return { job, specHash, warnings: [] };
  const warning = { reason: 'FailedCreate', message: quotaMessage(name) };
  const warnings = [{ evaluation, attempt, object: 'job', uid, at, ...warning } as const];
  return { job, specHash, warnings, podWithheld: true };
}
