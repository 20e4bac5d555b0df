import type { ChangeOutcome, EnsureOutcome, JobRef, JobRequest } from '@lacuna/cluster';
import type { EvaluationId, Fact, FactData } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import type { PublishOutcome, RecordedFact } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { Dispatcher } from '../src/dispatcher.ts';

type Spec = Partial<FactData<'submitted'>['spec']>;

/** A dispatcher on a stream in memory and a cluster that answers as told. */
class Play implements AsyncDisposable {
  readonly facts: Fact[] = [];
  readonly asked: { readonly request: JobRequest; readonly at: number }[] = [];
  readonly removed: JobRef[] = [];
  readonly stopped: string[] = [];
  answer: (request: JobRequest, count: number) => EnsureOutcome | Promise<EnsureOutcome> = created;
  readonly dispatcher: Dispatcher;
  /** How long ago what is read now was stored. Milliseconds. */
  behindMs = 0;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #wake = (): void => undefined;

  constructor(capacity = 100) {
    const bus = {
      publishFact: async (fact: Fact): Promise<PublishOutcome> => ({ kind: 'stored', seq: this.tell(fact) }),
      readEnv: async () => ({}),
      readFacts: async (id: EvaluationId) =>
        this.facts.flatMap((one, index) => (one.evaluation === id ? [this.#recorded(index)!] : [])),
      followOpen: () => this.#follow(),
    };
    const cluster = {
      ensure: async (request: JobRequest) => {
        this.asked.push({ request, at: performance.now() });
        return this.answer(request, this.asked.length);
      },
      stop: async ({ name }: JobRef): Promise<ChangeOutcome> => {
        this.stopped.push(name);
        return { kind: 'done' };
      },
      remove: async (job: JobRef): Promise<ChangeOutcome> => {
        this.removed.push(job);
        return { kind: 'done' };
      },
    };
    this.dispatcher = new Dispatcher(bus, cluster, {
      capacity,
      maxCreates: 16,
      delayNoticeMs: 50,
      defaults: { graceMs: 100, lossless: false, spoolBytes: 1_000 },
      now: () => performance.now(),
      onError: (error) => {
        throw error;
      },
    });
    this.#done = this.dispatcher.run(this.#stop.signal);
  }

  tell(fact: Fact): number {
    const seq = this.facts.push(fact);
    this.#wake();
    return seq;
  }

  submit(byte: number, spec: Spec = {}): EvaluationId {
    const [told] = new Story(testId(byte), performance.now()).submitted(spec).facts;
    this.tell(told!.fact);
    return testId(byte);
  }

  of<T extends Fact['type']>(type: T): (Fact & { type: T })[] {
    return this.facts.filter((fact): fact is Fact & { type: T } => fact.type === type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#done;
  }

  async *#follow(): AsyncGenerator<RecordedFact | { kind: 'caught-up'; seq: number }> {
    yield { kind: 'caught-up', seq: 0 };
    for (let seq = 0; !this.#stop.signal.aborted;) {
      const recorded = this.#recorded(seq++);
      if (recorded !== undefined) yield recorded;
      else await new Promise<void>((resolve) => (this.#wake = resolve)).then(() => seq--);
    }
  }

  #recorded(index: number): RecordedFact | undefined {
    const fact = this.facts[index];
    return fact && { fact, seq: index + 1, storedAt: performance.now() - this.behindMs };
  }
}

const VERDICT: FactData<'settled'> = {
  verdict: 'error',
  reason: 'x',
  evidenceAt: 0,
  notOwed: [],
  evidence: { absent: [] },
};
const created = ({ name }: JobRequest): EnsureOutcome => ({ kind: 'created', uid: name, at: performance.now() });

describe('dispatch under pressure', () => {
  test('J23: after a 429 nothing is sent before Retry-After is over, for no evaluation, and then all get their Jobs', async () => {
    await using play = new Play();
    play.answer = (request, count) =>
      count === 1 ? { kind: 'throttled', message: '429: slow down', retryAfterMs: 1_000 } : created(request);
    for (let byte = 1; byte <= 20; byte++) play.submit(byte);
    await eventually('20 Jobs', async () => play.of('job-created').length === 20);
    const after = play.asked.map(({ at }) => at - play.asked[0]!.at).filter((ms) => ms > 500);
    const early = play.asked.length - after.length;
    expect(early).toBeLessThanOrEqual(4);
    expect(Math.min(...after)).toBeGreaterThanOrEqual(995);
    const [delayed] = play.of('dispatch-delayed');
    expect(delayed).toMatchObject({ data: { cause: 'throttled', detail: '429: slow down' } });
    expect(delayed?.data.slotAt).toBeUndefined();
    expect(play.of('job-created').some(({ data }) => (data.delaysMs.throttled ?? 0) > 500)).toBe(true);
  });

  test('a quota on Jobs puts the evaluation back into the queue, and it gets its Job when there is room', async () => {
    await using play = new Play();
    play.answer = (request, count) =>
      count <= 2 ? { kind: 'quota', message: 'exceeded quota: jobs', retryAfterMs: 5_000 } : created(request);
    play.submit(1);
    await eventually('its Job', async () => play.of('job-created').length === 1);
    expect(play.of('dispatch-delayed')).toMatchObject([{ data: { cause: 'quota', detail: 'exceeded quota: jobs' } }]);
    expect(play.of('job-refused')).toEqual([]);
  });

  test('while a quota refuses pods, no more Jobs are made than get pods, and the rest is told why it waits', async () => {
    await using play = new Play();
    const story = (byte: number): Story => new Story(testId(byte), performance.now());
    const message = 'exceeded quota: two, requested: pods=1, used: pods=2, limited: pods=2';
    for (const byte of [1, 2, 3]) play.submit(byte);
    await eventually('three Jobs', async () => play.of('job-created').length === 3);
    for (const byte of [1, 2]) play.tell(story(byte).podCreated(`pod-${byte}`).facts[0]!.fact);
    const warning = { object: 'job', uid: 'job-3', reason: 'FailedCreate', message, quota: 'full' } as const;
    play.tell(story(3).tell('cluster-warned', warning).facts[0]!.fact);
    for (const byte of [4, 5]) play.submit(byte);
    await eventually('the waits are told', async () => play.of('dispatch-delayed').length === 2);
    expect(play.of('dispatch-delayed')[0]?.data).toMatchObject({
      cause: 'quota',
      detail: expect.stringContaining(message),
    });
    expect(play.of('job-created')).toHaveLength(3);
    for (const byte of [1, 2])
      play.tell(story(byte).tell('job-finished', { jobUid: 'x', succeeded: true, reason: '' }).facts[0]!.fact);
    await eventually('one more Job, for the free place', async () => play.of('job-created').length === 4);
  });

  test('who was stopped, and has not read that an evaluation was given up, makes no Job for it', async () => {
    await using play = new Play();
    play.behindMs = 5_000;
    const evidence = { absent: [] };
    const verdict = { verdict: 'error', reason: 'queue missing', evidenceAt: 1, notOwed: [], evidence } as const;
    const [told] = new Story(testId(1), performance.now()).tell('settled', {
      ...verdict,
      notOwed: [],
      evidence: { absent: [] },
    }).facts;
    // Both are there when the first is read.
    play.submit(1);
    play.tell(told!.fact);
    play.submit(2);
    await eventually('the Job of the other', async () => play.of('job-created').length > 0);
    expect(play.asked.map(({ request }) => request.evaluation)).toEqual([testId(2)]);
    await eventually('nothing waits', () => play.dispatcher.state.waiting === 0);
  });

  test('an evaluation in another queue does not wait for a flood', async () => {
    await using play = new Play(4);
    play.answer = async (request) => {
      play.tell(
        new Story(request.evaluation).tell('job-finished', { jobUid: 'x', succeeded: true, reason: '' }).facts[0]!.fact,
      );
      return created(request);
    };
    for (let byte = 1; byte <= 100; byte++) play.submit(byte, { queue: 'flood' });
    const other = play.submit(200, { queue: 'other' });
    await eventually('all Jobs', async () => play.of('job-created').length === 101);
    expect(play.asked.findIndex(({ request }) => request.evaluation === other)).toBeLessThan(10);
  });

  test('a Job that is found after its evaluation was given up is removed', async () => {
    await using play = new Play();
    const { promise, resolve } = Promise.withResolvers<void>();
    play.answer = async (request) => (await promise, created(request));
    play.submit(1);
    await eventually('the request', async () => play.asked.length === 1);
    const verdict = { verdict: 'error', reason: 'x', evidenceAt: 0 } as const;
    const settled = new Story(testId(1)).tell('settled', { ...verdict, notOwed: [], evidence: { absent: [] } });
    play.tell(settled.facts[0]!.fact);
    await eventually('it is known to be over', async () => play.dispatcher.state.waiting === 0);
    resolve();
    await eventually('its removal', async () => play.removed.length === 1);
  });

  test('whoever is cancelled while it runs is stopped once, in its second attempt too', async () => {
    await using play = new Play();
    const [first, retried] = [play.submit(1), play.submit(2, { retries: 1 })];
    await eventually('their Jobs', async () => play.of('job-created').length === 2);
    play.tell(new Story(retried).retryOrdered().facts[0]!.fact);
    await eventually('the second attempt', async () => play.of('job-created').length === 3);
    for (const id of [first, retried]) play.tell(new Story(id).tell('cancel-requested', {}).facts[0]!.fact);
    await eventually('both are stopped', async () => play.stopped.length === 2);
    play.submit(3);
    await eventually('the next Job', async () => play.of('job-created').length === 4);
    expect(play.stopped.toSorted()).toEqual([`${first}-a1`, `${retried}-a2`]);
  });

  test('a Job that another dispatcher tells of behind the verdict is removed', async () => {
    await using play = new Play(0);
    const settled = new Story(play.submit(1)).tell('settled', VERDICT);
    play.tell(settled.facts[0]!.fact);
    play.tell(new Story(testId(1)).jobCreated().facts[0]!.fact);
    await eventually('its removal', async () => play.removed.length === 1);
    expect(play.removed).toEqual([{ name: `${testId(1)}-a1`, uid: 'job-1' }]);
  });

  test('of two dispatchers one refuses what is cancelled while the other makes its Job: that one is stopped', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      await using play = new Play(0);
      const story = new Story(play.submit(1));
      play.tell(new Story(testId(2)).submitted().facts[0]!.fact);
      const said = [
        story.jobCreated().facts.at(-1)!.fact,
        story.tell('job-refused', { cause: 'cancelled', message: 'cancelled' }).facts.at(-1)!.fact,
      ];
      for (const index of order) play.tell(said[index]!);
      play.tell(story.tell('cancel-requested', {}).facts.at(-1)!.fact);
      await eventually('it is stopped', async () => play.stopped.length === 1);
      expect([play.stopped, play.dispatcher.state.holding]).toEqual([[`${testId(1)}-a1`], 1]);
    }
  });

  test('a second attempt gets a Job of its own', async () => {
    await using play = new Play();
    const id = play.submit(1, { retries: 1 });
    await eventually('its first Job', async () => play.of('job-created').length === 1);
    play.tell(new Story(id).retryOrdered().facts[0]!.fact);
    await eventually('its second Job', async () => play.of('job-created').length === 2);
    expect(play.asked.map(({ request }) => request.name)).toEqual([`${id}-a1`, `${id}-a2`]);
    expect(play.of('job-created')[1]).toMatchObject({ attempt: 2 });
  });
});
