import type { Seal } from '@lacuna/contracts';
import { createHash } from 'node:crypto';
import type { JobRequest } from '../job.ts';
import type { ContainerEnd, JobSnapshot, PodSnapshot } from '../observation.ts';
import { Change } from './change.ts';

/** What a container does by itself. */
export interface Program {
  /** Written one after the other, each in a turn of its own. */
  readonly writes?: readonly Uint8Array[];
  /** How it ends after the last write; without it, it runs until it is stopped. */
  readonly end?: { readonly exitCode: number } | { readonly signal: string };
  readonly ignoresTerm?: boolean;
}

/** How a container ends by hand. `sealed: false`: nothing sealed its output. */
type FakeEnd = Partial<Omit<ContainerEnd, 'seal'>> & { readonly sealed?: boolean };

interface FakePodHost {
  readonly request: JobRequest;
  readonly job: JobSnapshot;
  readonly podUid: string;
  readonly now: () => number;
  readonly changed: (pod: PodSnapshot | undefined) => void;
  readonly finished: (finished: NonNullable<JobSnapshot['finished']>) => void;
}

/** The pod of a fake Job, moved on by hand: `create().schedule().start().write(bytes).end({ exitCode: 0 })`. */
export class FakePod {
  readonly #host: FakePodHost;
  readonly #change = new Change();
  #snapshot: PodSnapshot | undefined;
  #program: Program = {};
  #timers: NodeJS.Timeout[] = [];
  #log = Buffer.alloc(0);
  #written = Buffer.alloc(0);
  #breaks = 0;

  constructor(host: FakePodHost) {
    this.#host = host;
  }

  /** As the cluster shows it now; undefined before `create` and after `vanish`. */
  get snapshot(): PodSnapshot | undefined {
    return this.#snapshot;
  }

  create(): this {
    const { job, podUid: uid, now } = this.#host;
    const { evaluation, attempt, name } = job;
    return this.#tell({ evaluation, attempt, name: `${name}-pod`, uid, jobUid: job.uid, createdAt: now() });
  }

  /** Any other part of the snapshot: `unschedulable`, `waiting`, `gone`. */
  set(part: Partial<PodSnapshot>): this {
    if (this.#snapshot === undefined) throw new Error(`the pod of ${this.#host.job.name} does not exist: create() it`);
    return this.#tell({ ...this.#snapshot, ...part });
  }

  schedule(node = 'node-1'): this {
    return this.set({ scheduled: { node, at: this.#host.now() } });
  }

  start(): this {
    return this.set({ started: { containerId: `fake://${this.#host.podUid}`, at: this.#host.now() } });
  }

  /** Output of the container. `stored: false`: the runtime loses it, only the seal counts it. */
  write(bytes: Uint8Array, { stored = true } = {}): this {
    this.#written = Buffer.concat([this.#written, bytes]);
    if (stored) this.#log = Buffer.concat([this.#log, bytes]);
    this.#change.tell();
    return this;
  }

  /** The end of the container, and with it of the Job. */
  end({ sealed = true, ...how }: FakeEnd): this {
    const at = this.#host.now();
    const reason = how.reason ?? (how.exitCode === 0 ? 'Completed' : 'Error');
    const { started } = this.#snapshot ?? {};
    const container = started === undefined ? {} : { containerId: started.containerId, startedAt: started.at };
    const proof = started === undefined || !sealed ? {} : this.#proof(at);
    this.#cancel();
    this.set({ ended: { at, ...container, ...proof, ...how, reason } });
    this.#host.finished({ succeeded: reason === 'Completed', reason, at });
    return this;
  }

  /** The object is no longer there, nor is its log. */
  vanish(): void {
    this.#cancel();
    if (this.#snapshot !== undefined) this.#tell(undefined);
  }

  /** Breaks every read of the log that is under way. */
  breakLog(): void {
    this.#breaks++;
    this.#change.tell();
  }

  /** Starts the pod and lets it do what the program says. */
  run(program: Program): void {
    this.#program = program;
    this.create().schedule().start();
    this.#later(this.#host.request.timeoutMs, () => this.terminate('DeadlineExceeded'));
    this.#play([...(program.writes ?? [])]);
  }

  /** Ends it as TERM does, or as KILL does after the grace. Without a pod it is the Job that ends. */
  terminate(reason: string): void {
    if (this.#snapshot === undefined) this.#host.finished({ succeeded: false, reason, at: this.#host.now() });
    else if (this.#snapshot.started === undefined) this.end({ reason });
    else if (this.#program.ignoresTerm === true)
      this.#later(this.#host.request.graceMs, () => this.end({ signal: 'SIGKILL', reason }));
    else this.end({ signal: 'SIGTERM', reason });
  }

  async *readLog(offset: number, follow: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const breaks = this.#breaks;
    for (let position = offset; ;) {
      signal.throwIfAborted();
      if (this.#breaks !== breaks) throw new Error('the connection to the log broke');
      const chunk = this.#log.subarray(position);
      position += chunk.length;
      if (chunk.length > 0) yield chunk;
      else if (!follow || this.#snapshot === undefined || this.#snapshot.ended !== undefined) return;
      else await this.#change.wait(signal);
    }
  }

  #play(writes: Uint8Array[]): void {
    const bytes = writes.shift();
    const { end } = this.#program;
    if (bytes !== undefined) this.#later(0, () => this.write(bytes).#play(writes));
    else if (end !== undefined) this.#later(0, () => this.end(end));
  }

  #later(ms: number, what: () => void): void {
    // Node's timers end at once when they are asked for more.
    this.#timers.push(setTimeout(what, Math.min(ms, 2 ** 31 - 1)));
  }

  #cancel(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #proof(endedAt: number): { readonly seal: Seal; readonly message: string } {
    const sha256 = createHash('sha256').update(this.#written).digest('hex');
    const lines = this.#written.filter((byte) => byte === 0x0a).length;
    const seal = { v: 1, bytes: this.#written.length, lines, sha256, endedAt, drainMs: 0 } as const;
    return { seal, message: JSON.stringify(seal) };
  }

  #tell(snapshot: PodSnapshot | undefined): this {
    this.#snapshot = snapshot;
    this.#host.changed(snapshot);
    this.#change.tell();
    return this;
  }
}
