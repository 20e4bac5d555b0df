import {
  envPlaceOf,
  envSubject,
  evaluationIdForKey,
  evaluationOfRun,
  fact,
  Failure,
  parseSpec,
  traceIdOf,
  type EvaluationId,
  type EvaluationSpec,
  type FactOf,
} from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { describe, expect, it, vi } from 'vitest';
import { Acceptor, type AcceptOptions, type Submission } from '../src/accept.ts';
import { linksAt } from '../src/links.ts';
import { MemoryBus } from './support/memory-bus.ts';

function setUp(options: Partial<AcceptOptions> = {}) {
  const bus = new MemoryBus();
  const outcomes: string[] = [];
  const acceptor = new Acceptor(bus, {
    linksOf: linksAt('http://api', (traceId) => `http://jaeger/trace/${traceId}`),
    answerWithinMs: 50,
    maxInFlight: 10,
    onOutcome: (via, outcome) => outcomes.push(`${via} ${outcome}`),
    onEnvLeft: () => undefined,
    ...options,
  });
  return { bus, acceptor, outcomes };
}

function submission(spec: unknown, about: Partial<Submission> = {}): Submission {
  return { via: 'http', arrivedAt: 1_000, parse: () => parseSpec(spec), ...about };
}

const PLAIN: EvaluationSpec = { command: ['/bin/true'] };
const SECRET: EvaluationSpec = { command: ['true'], env: { TOKEN: 'canary' } };
/** Where the env values are that the first fact names. */
const namedBy = (bus: MemoryBus) => envSubject(envPlaceOf(bus.facts[0]!.fact as FactOf<'submitted'>)!);
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Failure ? error.code : error),
  );

describe('what is accepted', () => {
  it('is answered with its id, its trace and where to look, and stored with its arrival, way and caller', async () => {
    const { bus, acceptor } = setUp();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const accepted = await acceptor.accept(submission(PLAIN, { traceparent }));
    const { id } = accepted;
    const self = `http://api/v1/evaluations/${id}`;
    expect(accepted).toEqual({
      id,
      traceId: traceIdOf(id),
      phase: 'queued',
      links: { self, log: `${self}/log`, events: `${self}/events`, trace: `http://jaeger/trace/${traceIdOf(id)}` },
    });
    expect(bus.facts[0]?.fact).toMatchObject({
      type: 'submitted',
      at: 1_000,
      data: { spec: { name: 'true', command: ['/bin/true'] }, via: 'http', callerTraceparent: traceparent },
    });
  });

  it('in a run has the one id of its place there, whatever its key', async () => {
    const { acceptor } = setUp();
    const run = { id: 'run-00000000000000000000000001', suite: 'e2e', suites: ['e2e', 'unit'] };
    const { id } = await acceptor.accept(submission({ ...PLAIN, run }, { key: 'one' }));
    expect(id).toBe(evaluationOfRun(run));
    expect(await acceptor.accept(submission({ ...PLAIN, run }, { key: 'two' }))).toMatchObject({ id });
    const other = acceptor.accept(submission({ command: ['false'], run }));
    expect(await code(other)).toBe('idempotency-conflict');
  });

  it('has an id of its own each time when there is no key', async () => {
    const { acceptor } = setUp();
    const [a, b] = await Promise.all([acceptor.accept(submission(PLAIN)), acceptor.accept(submission(PLAIN))]);
    expect(a.id).not.toBe(b.id);
  });

  it.each(['garbage', '00-00000000000000000000000000000000-b7ad6b7169203331-01', 'ff-0-0-0', ''])(
    'does without the malformed traceparent "%s"',
    async (traceparent) => {
      const { bus, acceptor } = setUp();
      await acceptor.accept(submission(PLAIN, { traceparent }));
      expect(bus.facts[0]?.fact.data).not.toHaveProperty('callerTraceparent');
    },
  );

  it('carries the names of env variables in its fact and the values nowhere but in their own stream', async () => {
    const { bus, acceptor } = setUp();
    await acceptor.accept(submission(SECRET));
    expect(JSON.stringify(bus.facts)).not.toContain('canary');
    expect(bus.facts[0]?.fact.data).toMatchObject({ spec: { env: ['TOKEN'] } });
    expect([...bus.env]).toEqual([[namedBy(bus), { TOKEN: 'canary' }]]);
  });

  it('is a failure of the spec when the spec is none', async () => {
    const { bus, acceptor, outcomes } = setUp();
    expect(await code(acceptor.accept(submission({ comand: ['true'] })))).toBe('invalid-spec');
    expect(bus.facts).toEqual([]);
    expect(outcomes).toEqual(['http refused']);
  });
});

describe('the same key', () => {
  it('with the same spec is the same evaluation, whenever and however it comes, and tells its phase of now', async () => {
    const { bus, acceptor, outcomes } = setUp();
    const first = await acceptor.accept(submission({ command: ['true'], labels: { a: '1', b: '2' } }, { key: 'k' }));
    bus.facts.push({
      seq: 2,
      storedAt: 2,
      fact: fact(
        'job-created',
        { evaluation: first.id, at: 2 },
        { job: 'j', jobUid: 'u', slotAt: 1, adopted: false, requests: 1, delaysMs: {} },
      ),
    });
    const reordered = { labels: { b: '2', a: '1' }, command: ['true'] };
    const again = await acceptor.accept(submission(reordered, { key: 'k', via: 'nats', arrivedAt: 9_000 }));
    expect(again).toEqual({ ...first, phase: 'provisioning' });
    expect(first.id).toBe(evaluationIdForKey('k'));
    expect(outcomes).toEqual(['http accepted', 'nats repeated']);
  });

  it.each([
    ['another command', { command: ['false'] }],
    ['another env value', { ...SECRET, env: { TOKEN: 'other' } }],
    ['no env', { command: ['true'] }],
  ])('with %s is a conflict and changes nothing', async (_, other) => {
    const { bus, acceptor } = setUp();
    await acceptor.accept(submission(SECRET, { key: 'k' }));
    expect(await code(acceptor.accept(submission(other, { key: 'k' })))).toBe('idempotency-conflict');
    expect(bus.facts).toHaveLength(1);
    expect([...bus.env]).toEqual([[namedBy(bus), { TOKEN: 'canary' }]]);
  });

  it('with env values where there were none is a conflict, and the values are not kept', async () => {
    const { bus, acceptor } = setUp();
    await acceptor.accept(submission({ command: ['true'] }, { key: 'k' }));
    expect(await code(acceptor.accept(submission(SECRET, { key: 'k' })))).toBe('idempotency-conflict');
    expect(bus.env.size).toBe(0);
  });

  it('does not bring back the env values of an evaluation that is settled', async () => {
    const { bus, acceptor } = setUp();
    const { id } = await acceptor.accept(submission(SECRET, { key: 'k' }));
    const data = { verdict: 'passed', reason: '', evidenceAt: 5, notOwed: [], evidence: { absent: [] } } as const;
    await bus.publishFact(
      fact('settled', { evaluation: id, at: 5 }, { ...data, notOwed: [], evidence: { absent: [] } }),
    );
    bus.env.clear();
    expect(await acceptor.accept(submission(SECRET, { key: 'k' }))).toMatchObject({ id, phase: 'settled' });
    expect(bus.env.size).toBe(0);
  });

  it('keeps the env values of an evaluation that still needs them', async () => {
    const { bus, acceptor } = setUp();
    await acceptor.accept(submission(SECRET, { key: 'k' }));
    await acceptor.accept(submission(SECRET, { key: 'k' }));
    expect([...bus.env]).toEqual([[namedBy(bus), { TOKEN: 'canary' }]]);
  });
});

describe('overload', () => {
  it('of the stream refuses, tells when to come again, and leaves nothing', async () => {
    const { bus, acceptor, outcomes } = setUp();
    bus.full = true;
    const refused = acceptor.accept(submission(SECRET));
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 5_000 });
    expect(bus.facts).toEqual([]);
    expect(bus.env.size).toBe(0);
    expect(outcomes).toEqual(['http overloaded']);
  });

  it('is found out in time when nothing answers, and env values that arrive late are deleted', async () => {
    const { bus, acceptor } = setUp();
    const silence = Promise.withResolvers<void>();
    bus.answer = silence.promise;
    const deleting = vi.spyOn(bus, 'deleteEnv');
    expect(await code(acceptor.accept(submission(SECRET)))).toBe('overloaded');
    silence.resolve();
    await eventually('env values are deleted', () => deleting.mock.calls.length === 1);
    expect(bus.env.size).toBe(0);
    expect(bus.facts).toEqual([]);
  });

  it('keeps the env values of a fact that may still come, and sent again it is accepted with them', async () => {
    const { bus, acceptor } = setUp();
    const publish = bus.publishFact.bind(bus);
    const late = Promise.withResolvers<void>();
    bus.publishFact = (submitted) => {
      const coming = late.promise.then(() => publish(submitted));
      return Promise.race([coming, Promise.reject(new Failure('overloaded', 'no answer'))]);
    };
    expect(await code(acceptor.accept(submission(SECRET, { key: 'k' })))).toBe('overloaded');
    bus.publishFact = publish;
    late.resolve();
    await eventually('it came', () => bus.facts.length === 1);
    expect(await code(acceptor.accept(submission(SECRET, { key: 'k' })))).toBe('accepted');
    expect([...bus.env]).toEqual([[namedBy(bus), { TOKEN: 'canary' }]]);
  });

  it('tells of env values that it could not delete', async () => {
    const left: EvaluationId[] = [];
    const { bus, acceptor } = setUp({ onEnvLeft: (id) => left.push(id) });
    bus.full = true;
    bus.deleteEnv = () => Promise.reject(new Error('away'));
    expect(await code(acceptor.accept(submission(SECRET)))).toBe('overloaded');
    expect(left).toHaveLength(1);
    expect([...bus.env.values()]).toEqual([{ TOKEN: 'canary' }]);
  });

  it('is declared at once when too many wait already, and over when they are done', async () => {
    const { bus, acceptor } = setUp({ maxInFlight: 2 });
    const silence = Promise.withResolvers<void>();
    bus.answer = silence.promise;
    const waiting = [acceptor.accept(submission(PLAIN)), acceptor.accept(submission(PLAIN))];
    await expect(acceptor.accept(submission(PLAIN))).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 1_000 });
    silence.resolve();
    await Promise.all(waiting);
    expect(await code(acceptor.accept(submission(PLAIN)))).toBe('accepted');
    expect(acceptor.inFlight).toBe(0);
  });
});
