import { evaluationIdFrom, evaluationOfRun, settledSubject, type EvaluationId, type Fact } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { fold, viewOf, type Evaluation } from '@lacuna/lifecycle';
import { STORIES } from '@lacuna/lifecycle/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Auditor } from '../src/auditor.ts';
import { Compactor } from '../src/compactor.ts';

let nats: NatsFixture;
let bus: Bus;
const stop = new AbortController();
const working: Promise<void>[] = [];

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'compactor-test' });
  await bus.provision();
  const consumer = { name: 'dispatch-clean-up', service: 'dispatch', types: ['settled' as const], concurrency: 8 };
  working.push(bus.work({ ...consumer, onFailure: () => undefined }, async () => undefined, stop.signal));
});
afterAll(async () => {
  stop.abort();
  await Promise.all(working);
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const LINKS = { self: '', log: '', events: '', trace: '' };
const foldOf = async (id: EvaluationId): Promise<Evaluation> => fold(id, await bus.readFacts(id));
const publish = (facts: Iterable<{ readonly fact: Fact }>): Promise<unknown> =>
  Promise.all([...facts].map(({ fact }) => bus.publishFact(fact)));

const fail = (error: unknown): never => expect.fail(String(error));
const compacting = (afterMs: number, now = Date.now): Compactor =>
  new Compactor(bus, {
    afterMs,
    now,
    onCompacted: () => undefined,
    onGivenUp: (id, why) => fail(`${id}: ${why}`),
    onError: fail,
  });

interface Auditing extends AsyncDisposable {
  readonly compactor: Compactor;
  readonly auditor: Auditor;
  /** Moves the compactor's clock. */
  readonly later: (ms: number) => void;
}

/** An auditor and a compactor as the service has them, until they are disposed. */
function auditing(afterMs: number): Auditing {
  const end = new AbortController();
  let ahead = 0;
  const compactor = compacting(afterMs, () => Date.now() + ahead);
  const auditor = new Auditor(bus, {
    deadlines: {},
    now: Date.now,
    awakeMs: () => performance.now(),
    settleMs: 0,
    tickMs: 10,
    onError: fail,
    onSettled: (settled) => compactor.settled(settled),
  });
  const running = Promise.all([auditor.run(end.signal), compactor.run(end.signal)]);
  return {
    compactor,
    auditor,
    later: (ms) => void (ahead += ms),
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}

const fresh = (): Story => new Story(evaluationIdFrom(randomBytes(16)), Date.now() - 1_000);
const passing = (): Story => fresh().running().ended().logClosed().reportRead();
const settled = (story: Story, verdict: 'passed' | 'failed'): Story =>
  story.tell('settled', { verdict, reason: verdict, evidenceAt: 0, notOwed: [], evidence: { absent: [] } });
const isCompacted = async (id: EvaluationId): Promise<boolean> => (await bus.readHistory(id)).record !== undefined;

describe('compacting', () => {
  test.each(Object.entries(STORIES))('the record of %s folds to what its facts fold to', async (_, tell) => {
    const { facts } = tell();
    const id = evaluationIdFrom(randomBytes(16));
    await publish(facts.map(({ fact: one }) => ({ fact: { ...one, evaluation: id } })));
    const before = await foldOf(id);
    await bus.compact(await bus.readHistory(id), Date.now());
    const after = await foldOf(id);
    expect(after).toEqual(before);
    expect(viewOf(after, LINKS)).toEqual(viewOf(before, LINKS));
    expect(await isCompacted(id)).toBe(true);
  });

  test('what is settled becomes one record after a while, what is open does not', async () => {
    const [passed, open] = [passing(), fresh().running()];
    await publish([...passed.facts, ...open.facts]);
    await using audit = auditing(600_000);
    const { seq } = await eventually('it is settled', () => bus.readFact(settledSubject(passed.id)));
    expect(await isCompacted(passed.id)).toBe(false);
    audit.later(600_000);
    await eventually('it is compacted', () => isCompacted(passed.id), { withinMs: 30_000 });
    expect((await bus.readFact(settledSubject(passed.id)))?.seq).toBe(seq);
    await eventually('nothing is held for it', () => audit.compactor.state.waiting === 0);
    expect(await isCompacted(open.id)).toBe(false);
  });

  test('after a restart nothing of it is open, and a late fact is joined to it and judged', async () => {
    const late = fresh().submitted().jobCreated().after(500);
    late.tell('finding-raised', {
      stage: 'pod.create',
      cause: 'missing',
      reason: 'no pod',
      since: late.begin,
      notOwed: [],
    });
    late.tell('settled', { verdict: 'error', reason: 'no pod', evidenceAt: 0, notOwed: [], evidence: { absent: [] } });
    await publish(late.facts);
    await bus.compact(await bus.readHistory(late.id), Date.now());
    const open = fresh().running();
    await publish(open.facts);
    await using audit = auditing(60_000);
    await eventually('it has caught up', () => audit.auditor.state.caughtUp);
    expect((await foldOf(late.id)).findings['1/pod.create/missing']?.cleared).toBeUndefined();

    const [pod] = new Story(late.id, Date.now()).podCreated().facts;
    expect(await bus.publishFact(pod!.fact)).toMatchObject({ kind: 'stored' });
    const { cleared } = await eventually('the finding is cleared', async () => {
      const finding = (await foldOf(late.id)).findings['1/pod.create/missing'];
      return finding?.cleared === undefined ? undefined : finding;
    });
    expect(cleared).toMatchObject({ data: { evidence: 'it came late' } });
    expect((await foldOf(late.id)).settled?.data.verdict).toBe('error');
  });

  test('a repetition is compared before it is compacted, also when no auditor ran until its time had come', async () => {
    const run = { id: `run-${evaluationIdFrom(randomBytes(16)).slice(3)}`, suite: 'e2e', suites: ['e2e'] };
    const suite = (place: typeof run & { alone?: number }, exitCode: number): Story =>
      new Story(evaluationOfRun(place), Date.now() - 1_000)
        .running({ run: place })
        .ended({ exitCode })
        .logClosed()
        .reportRead();
    const [together, alone] = [suite(run, 1), suite({ ...run, alone: 1 }, 0)];
    await publish([...settled(together, 'failed').facts, ...settled(alone, 'passed').facts]);
    const signal = new AbortController().signal;
    const compactor = compacting(0);
    for (const { id } of [together, alone]) compactor.settled((await bus.readFact(settledSubject(id)))!);
    await eventually('only what it repeats is compacted', async () => {
      await compactor.look(signal);
      return (await isCompacted(together.id)) && compactor.state.overdue === 1;
    });
    expect(compactor.state.owed).toContain(`the comparison of ${together.id}`);
    expect(await isCompacted(alone.id)).toBe(false);

    await using _ = auditing(60_000);
    const comparisons = async () => (await foldOf(together.id)).comparisons;
    const compared = await eventually('it is compared', comparisons);
    expect(compared[1]?.data).toMatchObject({ alone: alone.id, outcome: 'passes-alone' });
    await eventually('it is compacted', async () => {
      await compactor.look(signal);
      return isCompacted(alone.id);
    });
  });
});
