import {
  evaluationIdFrom,
  fact,
  type EvaluationId,
  type Fact,
  type FactData,
  type FactType,
  type LogStatement,
  type Seal,
  type TestReport,
} from '../src/index.ts';

const SHA = 'a'.repeat(64);
/** Facts about the evaluation as a whole belong to attempt 1. */
const OF_ALL: ReadonlySet<FactType> = new Set(['submitted', 'cancel-requested', 'settled', 'compared-alone']);

/** A fact with the moment of its storing, as the stream would give it. */
export interface ToldFact {
  readonly fact: Fact;
  readonly storedAt: number;
}

/** An evaluation id made of a number, another for each. */
export function testId(number = 1): EvaluationId {
  const bytes = new Uint8Array(16).fill(number);
  // Of a larger number a byte holds only the rest.
  if (number > 255) new DataView(bytes.buffer).setUint32(0, number);
  return evaluationIdFrom(bytes);
}

/**
 * Tells the story of one evaluation as facts, one call a fact, with a clock that moves only when told. It begins with the arrival of the request, at `T0` unless told otherwise.
 * Every call returns the story, so that a test reads as a sentence; `facts` is the outcome.
 */
export class Story {
  static readonly T0 = 1_800_000_000_000;
  readonly id: EvaluationId;
  readonly facts: ToldFact[] = [];
  readonly begin: number;
  #now: number;
  #attempt = 1;

  constructor(id: EvaluationId = testId(), begin: number = Story.T0) {
    this.id = id;
    this.begin = begin;
    this.#now = begin;
  }

  get now(): number {
    return this.#now;
  }

  get podUid(): string {
    return `pod-${this.#attempt}`;
  }

  /** Moves the clock. */
  after(ms: number): this {
    this.#now += ms;
    return this;
  }

  /** Any fact, at the story's time. */
  tell<T extends FactType>(type: T, data: FactData<T>): this {
    this.facts.push({
      fact: fact(type, { evaluation: this.id, attempt: OF_ALL.has(type) ? 1 : this.#attempt, at: this.#now }, data),
      storedAt: this.#now + 1,
    });
    return this;
  }

  submitted(spec: Partial<FactData<'submitted'>['spec']> = {}): this {
    return this.tell('submitted', { spec: { name: 'suite', command: ['run'], ...spec }, specHash: SHA, via: 'http' });
  }

  jobCreated(): this {
    return this.tell('job-created', {
      job: `${this.id}-a${this.#attempt}`,
      jobUid: `job-${this.#attempt}`,
      slotAt: this.#now - 1,
      adopted: false,
      requests: 1,
      delaysMs: {},
    });
  }

  podCreated(podUid = this.podUid): this {
    return this.tell('pod-created', { pod: `${podUid}-name`, podUid, jobUid: `job-${this.#attempt}` });
  }

  podScheduled(podUid = this.podUid): this {
    return this.tell('pod-scheduled', { podUid, node: 'node-1' });
  }

  started(podUid = this.podUid): this {
    return this.tell('container-started', { pod: `${podUid}-name`, podUid, containerId: `c-${podUid}` });
  }

  ended(end: Partial<FactData<'container-ended'>> = {}): this {
    const seal: Seal = { v: 1, bytes: 100, lines: 3, sha256: SHA, endedAt: this.#now, drainMs: 0 };
    const base = {
      pod: `${this.podUid}-name`,
      podUid: this.podUid,
      containerId: `c-${this.podUid}`,
      reason: 'Completed',
      seal,
    };
    const exit =
      end.signal === undefined && end.exitCode === undefined && end.reason === undefined ? { exitCode: 0 } : {};
    return this.tell('container-ended', { ...base, ...exit, ...end });
  }

  /** The container ended before it could start: no container id, no exit code, no seal. */
  neverStarted(message: string): this {
    return this.tell('container-ended', {
      pod: `${this.podUid}-name`,
      podUid: this.podUid,
      reason: 'StartError',
      message,
    });
  }

  logClosed(statement: Partial<LogStatement> = {}): this {
    const sealed: LogStatement = { state: 'sealed', bytes: 100, lines: 3, sha256: SHA, sealedBytes: 100, tried: [] };
    return this.tell('log-closed', {
      podUid: this.podUid,
      containerId: `c-${this.podUid}`,
      statement: { ...sealed, ...statement },
    });
  }

  reportRead(report?: Partial<TestReport>): this {
    const base: TestReport = {
      format: 'pytest',
      passed: 0,
      failed: 0,
      skipped: 0,
      errored: 0,
      inFlight: [],
      failures: [],
      summary: 'agrees',
    };
    return this.tell('report-read', {
      podUid: this.podUid,
      ...(report === undefined ? {} : { report: { ...base, ...report } }),
    });
  }

  /** The attempt is to be made again: what is told from here on is of the next one. */
  retryOrdered(order: Partial<FactData<'retry-ordered'>> = {}): this {
    const next = this.#attempt + 1;
    const why = { cause: 'infrastructure', reason: 'killed' } as const;
    this.tell('retry-ordered', { ...why, next, evidenceAt: this.#now, notOwed: [], ...order });
    this.#attempt = next;
    return this;
  }

  /** Everything up to the running container, with small steps in between. */
  running(spec: Partial<FactData<'submitted'>['spec']> = {}): this {
    return this.submitted(spec).madeToRun();
  }

  /** From the Job to the running container. */
  madeToRun(): this {
    return this.after(10).jobCreated().after(20).podCreated().after(5).podScheduled().after(100).started();
  }
}
