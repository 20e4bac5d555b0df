import { evaluationIdFrom } from '@lacuna/contracts';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import {
  jobName,
  type Cluster,
  type ContainerRef,
  type EnsureOutcome,
  type JobRef,
  type JobRequest,
  type LogPart,
  type LogPosition,
} from '../src/index.ts';
import type { ConformanceProgram } from './programs.ts';
import type { ClusterFeatures, ClusterSubject, OpenSubject } from './subject.ts';
import { Watch } from './watch.ts';

/** What the clauses share: one cluster under test, and the verbs in the form in which a test says them. */
export class Session {
  readonly features: ClusterFeatures;
  readonly signal = new AbortController().signal;
  readonly #subject: () => ClusterSubject;

  constructor(features: ClusterFeatures, subject: () => ClusterSubject) {
    this.features = features;
    this.#subject = subject;
  }

  get cluster(): Cluster {
    return this.#subject().cluster;
  }

  get subject(): ClusterSubject {
    return this.#subject();
  }

  get patienceMs(): number {
    return this.features.patienceMs ?? 20_000;
  }

  watch(cluster: Cluster = this.cluster): Watch {
    return new Watch(cluster, this.patienceMs);
  }

  request(program: Pick<ConformanceProgram, 'command'>, change: Partial<JobRequest> = {}): JobRequest {
    const evaluation = evaluationIdFrom(randomBytes(16));
    return {
      evaluation,
      attempt: 1,
      name: jobName(evaluation, 1),
      specHash: 'a'.repeat(64),
      command: program.command,
      env: {},
      timeoutMs: 60_000,
      graceMs: 500,
      labels: {},
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      ...this.features.request,
      ...change,
    };
  }

  /** Creates the Job, which must not exist yet. */
  async start(request: JobRequest): Promise<JobRef> {
    const first = await this.cluster.ensure(request, this.signal);
    // Whoever hears nothing in time asks again, and finds what the first request has made all the same.
    const outcome = first.kind === 'unavailable' ? await this.answer(request) : first;
    if (outcome.kind === 'created' || (outcome.kind === 'adopted' && outcome !== first))
      return { name: request.name, uid: outcome.uid };
    throw new Error(`expected created, got ${JSON.stringify(outcome)}`);
  }

  /** What the cluster says to a request, asked until it says anything: a connection that just broke is `unavailable`. */
  async answer(request: JobRequest): Promise<EnsureOutcome> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const outcome = await this.cluster.ensure(request, this.signal);
      if (outcome.kind !== 'unavailable' || performance.now() > deadline) return outcome;
    }
  }

  /** The bytes of a container's log. */
  async log(container: ContainerRef, from: LogPosition): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.openLog(container, from)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** What of a log comes first, waited for: nobody asks for what comes after a byte before he has it. */
  async firstBytes(container: ContainerRef): Promise<Uint8Array> {
    for await (const chunk of await this.openLog(container, { offset: 0, follow: true })) return chunk;
    throw new Error('the log ended before its first byte');
  }

  async openLog(container: ContainerRef, from: LogPosition): Promise<AsyncIterable<Uint8Array>> {
    const outcome = await this.cluster.openLog(container, from, this.signal);
    if (outcome.kind !== 'open') throw new Error(`expected an open log, got ${JSON.stringify(outcome)}`);
    return bytesOf(outcome.body);
  }
}

async function* bytesOf(parts: AsyncIterable<LogPart>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of parts) yield bytes;
}

/** One cluster for all clauses of a describe block; every test makes Jobs of its own on it. */
export function useSession(open: OpenSubject, features: ClusterFeatures): Session {
  let subject: ClusterSubject | undefined;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });
  return new Session(features, () => {
    if (subject === undefined) throw new Error('the cluster under test did not open');
    return subject;
  });
}

/** The container of a pod that has started, as `openLog` wants it. */
export function containerOf(pod: {
  readonly uid: string;
  readonly name: string;
  readonly started: { readonly containerId: string };
}): ContainerRef {
  return { podUid: pod.uid, podName: pod.name, containerId: pod.started.containerId };
}
