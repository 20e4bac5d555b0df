import type { EnsureOutcome, JobRequest } from '@lacuna/cluster';
import type { Fact, FactOf } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import type { Wait } from '../src/blocked-time.ts';
import { createJob } from '../src/create-job.ts';
import type { Created } from '../src/job-facts.ts';
import { Queue } from '../src/queue.ts';

const DEFAULTS = { graceMs: 100, lossless: false, spoolBytes: 1_000 };

/** Plays dispatch against a cluster that gives these answers, and returns what was published. */
async function published(
  answers: readonly EnsureOutcome[],
  change: { spec?: object; cancelled?: boolean; env?: Record<string, string>; waits?: Wait[]; unread?: Story } = {},
): Promise<{ facts: Fact[]; requests: JobRequest[]; outcome: Created }> {
  const [told] = new Story().submitted(change.spec ?? {}).facts;
  const facts: Fact[] = [];
  const requests: JobRequest[] = [];
  const bus = {
    publishFact: async (fact: Fact) => {
      facts.push(fact);
      return { kind: 'stored', seq: facts.length } as const;
    },
    readEnv: async () => change.env,
    readFacts: async () => (change.unread?.facts ?? []).map((one, i) => ({ ...one, seq: i + 1 })),
  } satisfies Pick<Bus, 'publishFact' | 'readEnv' | 'readFacts'>;
  const ask = async (request: JobRequest): Promise<EnsureOutcome> => {
    requests.push(request);
    return answers[requests.length - 1] ?? { kind: 'unavailable', message: 'no more answers' };
  };
  const queue = new Queue();
  queue.add(told!.fact, 1, Story.T0);
  const entry = queue.take(Story.T0)!;
  entry.cancelled = change.cancelled ?? false;
  let now = Story.T0;
  const { waits = [] } = change;
  const isBehind = change.unread !== undefined;
  const deps = { bus, ask, pauseMs: () => 1, now: () => (now += 10), defaults: DEFAULTS, waits, isBehind };
  const outcome = await createJob(entry, deps, AbortSignal.timeout(5_000));
  return { facts, requests, outcome };
}

const CREATED: EnsureOutcome = { kind: 'created', uid: 'job-1', at: Story.T0 + 25 };

describe('creating a Job', () => {
  test('passes on what the cluster does not do of the spec', async () => {
    const warning = 'image is ignored';
    const { facts } = await published([{ ...CREATED, warning }]);
    expect(facts).toMatchObject([{ type: 'job-created', data: { warning } }]);
  });

  test('by who is behind makes none behind a verdict, and none twice', async () => {
    const evidenceAt = Story.T0;
    const story = new Story().submitted();
    const open = await published([CREATED], { unread: story });
    expect(open).toMatchObject({ outcome: { kind: 'said' }, requests: [{}] });
    const made = await published([CREATED], { unread: story.jobCreated() });
    expect(made).toMatchObject({ outcome: { kind: 'said', fact: { type: 'job-created' } }, facts: [], requests: [] });
    story.tell('settled', { verdict: 'error', reason: '', evidenceAt, notOwed: [], evidence: { absent: [] } });
    const over = await published([CREATED], { unread: story });
    expect(over).toEqual({ outcome: { kind: 'settled' }, facts: [], requests: [] });
  });

  test('by who is behind is not kept from it by the Job of another attempt', async () => {
    const unread = new Story().submitted().retryOrdered().jobCreated();
    expect(await published([CREATED], { unread })).toMatchObject({ facts: [{ type: 'job-created' }], requests: [{}] });
  });

  test('asks once and publishes the creation', async () => {
    const { facts, requests } = await published([CREATED]);
    expect(requests).toHaveLength(1);
    expect(facts).toMatchObject([
      { type: 'job-created', data: { jobUid: 'job-1', adopted: false, requests: 1, slotAt: Story.T0 + 10 } },
    ]);
  });

  test('asks for the same name again when the outcome is unknown, and adopts what the lost request made', async () => {
    const { facts, requests } = await published([
      { kind: 'unavailable', message: 'timeout' },
      { kind: 'adopted', uid: 'job-1', at: Story.T0 },
    ]);
    expect(new Set(requests.map((request) => request.name)).size).toBe(1);
    expect(facts.map((fact) => fact.type)).toEqual(['dispatch-delayed', 'job-created']);
    expect(facts[1]).toMatchObject({ data: { adopted: true, requests: 2 } });
  });

  test('tells an unknown outcome once, with the time lost to it', async () => {
    const away: EnsureOutcome = { kind: 'unavailable', message: 'timeout' };
    const { facts } = await published([away, away, CREATED]);
    expect(facts.map((fact) => fact.type)).toEqual(['dispatch-delayed', 'job-created']);
    const [wait] = (facts[1] as FactOf<'job-created'>).data.waits ?? [];
    expect(wait).toMatchObject({ stage: 'job.create', cause: 'unavailable' });
    expect((facts[1] as FactOf<'job-created'>).data.delaysMs.unavailable).toBe(wait?.ms);
  });

  test('tells what was lost in the queue, cause by cause', async () => {
    const waits: Wait[] = [{ stage: 'queue', cause: 'quota', from: 1, to: 9, ms: 5 }];
    expect((await published([CREATED], { waits })).facts).toMatchObject([{ data: { delaysMs: { quota: 5 }, waits } }]);
  });

  test.for([
    { kind: 'quota', message: 'exceeded quota: q', retryAfterMs: 1 },
    { kind: 'throttled', message: '429', retryAfterMs: 1 },
  ] as const)('is put off, and nothing is said to have begun, when the cluster says %j', async (answer) => {
    const { facts, requests, outcome } = await published([answer, CREATED]);
    expect(outcome).toEqual({ kind: 'put-off', obstacle: { cause: answer.kind, detail: answer.message } });
    expect([facts, requests.length]).toEqual([[], 1]);
  });

  test.for([
    [{ kind: 'denied', message: 'forbidden' }, 'denied'],
    [{ kind: 'collision', message: 'not ours' }, 'name-collision'],
  ] as const)('ends with a refusal when the cluster says %j', async ([answer, cause]) => {
    expect((await published([answer])).facts).toMatchObject([
      { type: 'job-refused', data: { cause, message: answer.message } },
    ]);
  });

  test('of a cancelled evaluation never reaches the cluster', async () => {
    const { facts, requests } = await published([CREATED], { cancelled: true });
    expect(requests).toEqual([]);
    expect(facts).toMatchObject([{ type: 'job-refused', data: { cause: 'cancelled' } }]);
  });

  test('passes the env values on, and refuses to run without them', async () => {
    const spec = { env: ['TOKEN'] };
    expect((await published([CREATED], { spec, env: { TOKEN: 'x' } })).requests[0]?.env).toEqual({ TOKEN: 'x' });
    expect((await published([CREATED], { spec })).facts).toMatchObject([
      { type: 'job-refused', data: { cause: 'spec-lost' } },
    ]);
  });

  test('needs no values for a spec whose env is empty', async () => {
    expect((await published([CREATED], { spec: { env: [] } })).requests).toMatchObject([{ env: {} }]);
  });
});
