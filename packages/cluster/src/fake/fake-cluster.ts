import type { Cluster, ContainerRef, LogPosition } from '../cluster.ts';
import type { JobRef, JobRequest } from '../job.ts';
import type { Identity, JobSnapshot, Observation, PodSnapshot, WarningEvent } from '../observation.ts';
import type { ChangeOutcome, EnsureOutcome, LogOutcome, ReportOutcome, SpoolOutcome } from '../outcomes.ts';
import { partsOf } from '../parts-of.ts';
import { ignoredFault, withWarnings } from '../with-warnings.ts';
import { FakePod, type Program } from './fake-pod.ts';
import { Watchers } from './watchers.ts';

/** A prepared answer to `ensure`. `answer-lost`: the Job is created, but the caller is told `unavailable`. */
type EnsureStep = Exclude<EnsureOutcome, { kind: 'created' | 'adopted' }> | { readonly kind: 'answer-lost' };

interface Behaviour {
  /** Answers to the first requests, one each; later ones are answered as usual. */
  readonly ensure?: readonly EnsureStep[];
  /** What the pod runs as soon as the Job exists. Without it nothing happens to the Job but by hand, see `pod`. */
  readonly program?: (request: JobRequest) => Program;
}

type Vanished = Extract<Observation, { kind: 'vanished' }>;

interface FakeJob {
  readonly request: JobRequest;
  readonly pod: FakePod;
  readonly warnings: WarningEvent[];
  snapshot: JobSnapshot;
}

interface Script {
  readonly matches: (request: JobRequest) => boolean;
  readonly steps: EnsureStep[];
  readonly program: Behaviour['program'];
}

/** A cluster in memory that only keeps Jobs; what becomes of them is scripted with `behave`, or done by hand with `pod`. */
export class FakeCluster implements Cluster {
  readonly kind = 'fake';
  /** All that `ensure` was asked for, in order. */
  readonly requests: JobRequest[] = [];
  readonly #now: () => number;
  readonly #jobs = new Map<string, FakeJob>();
  readonly #scripts: Script[] = [];
  readonly #watchers = new Watchers();
  #uids = 0;

  /** `now`: Unix milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Scripts the Job of a name, or all that the predicate takes. The first match counts. */
  behave(match: string | ((request: JobRequest) => boolean), { ensure = [], program }: Behaviour): void {
    const matches = typeof match === 'string' ? (request: JobRequest) => request.name === match : match;
    this.#scripts.push({ matches, steps: [...ensure], program });
  }

  /** The pod of a Job, to be moved on by hand. */
  pod(name: string): FakePod {
    return this.#job(name).pod;
  }

  warn(name: string, reason: string, message: string): void {
    const { snapshot, warnings } = this.#job(name);
    const warning = {
      ...identity(snapshot),
      object: 'job',
      uid: snapshot.uid,
      reason,
      message,
      at: this.#now(),
    } as const;
    warnings.push(warning);
    this.#watchers.tell({ kind: 'warning', warning, known: 'watched' });
  }

  /** Breaks every watch, makes the change while nobody looks, and lets them all relist. */
  unwatched(change: () => void = () => undefined): void {
    const before = this.#objects();
    this.#watchers.without(change);
    const there = new Set(this.#objects().map(({ uid }) => uid));
    const missing = before.filter(({ uid }) => !there.has(uid));
    this.#watchers.tell(...this.#list(), ...missing, { kind: 'synced', at: this.#now() });
  }

  ensure(request: JobRequest, _signal: AbortSignal): Promise<EnsureOutcome> {
    this.requests.push(request);
    const script = this.#scripts.find(({ matches }) => matches(request));
    const step = script?.steps.shift();
    if (step !== undefined && step.kind !== 'answer-lost') return Promise.resolve(step);
    const existing = this.#jobs.get(request.name);
    const outcome = existing === undefined ? this.#create(request, script) : adopt(existing, request);
    const warnings = [ignoredFault(request, 'the fake cluster has none')];
    const answer = withWarnings(outcome, warnings);
    return Promise.resolve(step === undefined ? answer : { kind: 'unavailable', message: 'the answer was lost' });
  }

  observe(signal: AbortSignal): AsyncGenerator<Observation> {
    return this.#watchers.watch(() => [...this.#list(), { kind: 'synced', at: this.#now() }], signal);
  }

  openLog({ podUid }: ContainerRef, { offset, follow }: LogPosition, signal: AbortSignal): Promise<LogOutcome> {
    const pod = [...this.#jobs.values()].find((job) => job.pod.snapshot?.uid === podUid)?.pod;
    if (pod?.snapshot?.started !== undefined) {
      return Promise.resolve({ kind: 'open', body: partsOf(pod.readLog(offset, follow, signal)) });
    }
    const kind = pod !== undefined && pod.snapshot?.ended === undefined ? 'waiting' : 'gone';
    return Promise.resolve({ kind, message: `pod ${podUid} has no started container` });
  }

  openSpool(): Promise<SpoolOutcome> {
    return Promise.resolve({ kind: 'gone', message: 'the fake cluster keeps no spools' });
  }

  openReport(): Promise<ReportOutcome> {
    return Promise.resolve({ kind: 'gone', message: 'the fake cluster has no files' });
  }

  stop(ref: JobRef, _signal: AbortSignal): Promise<ChangeOutcome> {
    const job = this.#find(ref);
    if (job !== undefined && job.snapshot.finished === undefined) job.pod.terminate('Stopped');
    return Promise.resolve({ kind: job === undefined ? 'absent' : 'done' });
  }

  remove(ref: JobRef, _signal: AbortSignal): Promise<ChangeOutcome> {
    const job = this.#find(ref);
    if (job === undefined) return Promise.resolve({ kind: 'absent' });
    job.pod.vanish();
    this.#jobs.delete(ref.name);
    this.#watchers.tell(vanished('job', job.snapshot.uid, job.snapshot, this.#now()));
    return Promise.resolve({ kind: 'done' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const { pod } of this.#jobs.values()) pod.vanish();
    return Promise.resolve();
  }

  #create(request: JobRequest, script: Script | undefined): EnsureOutcome {
    if (request.command.length === 0) return { kind: 'denied', message: 'the command is empty' };
    if (request.reportFile !== undefined) return { kind: 'denied', message: 'the fake cluster has no files' };
    const { evaluation, attempt, name } = request;
    const number = ++this.#uids;
    const snapshot: JobSnapshot = { evaluation, attempt, name, uid: `job-${number}`, createdAt: this.#now() };
    const podUid = `pod-${number}`;
    const changed = (pod: PodSnapshot | undefined): void =>
      this.#watchers.tell(
        pod === undefined ? vanished('pod', podUid, snapshot, this.#now()) : { kind: 'pod', pod, known: 'watched' },
      );
    const finished = (how: JobSnapshot['finished'] & {}): void => this.#tellJob(job, { ...snapshot, finished: how });
    const pod = new FakePod({ request, job: snapshot, podUid, now: this.#now, changed, finished });
    const job: FakeJob = { request, pod, warnings: [], snapshot };
    this.#jobs.set(name, job);
    this.#tellJob(job, snapshot);
    if (script?.program !== undefined) pod.run(script.program(request));
    return { kind: 'created', uid: snapshot.uid, at: snapshot.createdAt };
  }

  #tellJob(job: FakeJob, snapshot: JobSnapshot): void {
    job.snapshot = snapshot;
    this.#watchers.tell({ kind: 'job', job: snapshot, known: 'watched' });
  }

  #list(): Observation[] {
    return [...this.#jobs.values()].flatMap(({ snapshot, pod, warnings }): Observation[] => [
      { kind: 'job', job: snapshot, known: 'relisted' },
      ...(pod.snapshot === undefined ? [] : [{ kind: 'pod', pod: pod.snapshot, known: 'relisted' } as const]),
      ...warnings.map((warning) => ({ kind: 'warning', warning, known: 'relisted' }) as const),
    ]);
  }

  /** All that exists, told as it would be if it were gone. */
  #objects(): Vanished[] {
    return [...this.#jobs.values()].flatMap(({ snapshot, pod }) => [
      ...(pod.snapshot === undefined ? [] : [vanished('pod', pod.snapshot.uid, snapshot, this.#now())]),
      vanished('job', snapshot.uid, snapshot, this.#now()),
    ]);
  }

  #find({ name, uid }: JobRef): FakeJob | undefined {
    const job = this.#jobs.get(name);
    return job?.snapshot.uid === uid ? job : undefined;
  }

  #job(name: string): FakeJob {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new Error(`there is no Job ${name}: ensure it first`);
    return job;
  }
}

function adopt({ request: known, snapshot }: FakeJob, request: JobRequest): EnsureOutcome {
  const same = (['evaluation', 'attempt', 'specHash'] as const).every((key) => known[key] === request[key]);
  if (!same) return { kind: 'collision', message: `the name ${request.name} is taken by another Job` };
  return { kind: 'adopted', uid: snapshot.uid, at: snapshot.createdAt };
}

function identity({ evaluation, attempt }: Identity): Identity {
  return { evaluation, attempt };
}

function vanished(object: 'job' | 'pod', uid: string, whose: Identity, at: number): Vanished {
  return { kind: 'vanished', object, uid, identity: identity(whose), at };
}
