import { parseDeadlines, type EvaluationId, type Fact, type FactOf } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { attemptsOf } from '@lacuna/lifecycle';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Auditor, type AuditorOptions } from '../src/auditor.ts';

let nats: NatsFixture;
let bus: Bus;
let next = 1;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'auditor-test' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const CLOCKS = { now: (): number => Date.now(), awakeMs: (): number => performance.now() };

/** An auditor at work, until it is disposed. Its clock can be moved: time passes, or the machine sleeps. */
function auditing(
  audited = bus,
  settleMs = 0,
  { now, awakeMs } = CLOCKS,
  options: Partial<AuditorOptions> = {},
): AsyncDisposable & { later: (ms: number) => void; sleep: (ms: number) => void; auditor: Auditor } {
  const stop = new AbortController();
  let ahead = 0;
  let slept = 0;
  const auditor = new Auditor(audited, {
    deadlines: {},
    now: () => now() + ahead + slept,
    awakeMs: () => awakeMs() + ahead,
    settleMs,
    tickMs: 10,
    onError: (error, evaluation) => expect.fail(`${evaluation}: ${String(error)}`),
    ...options,
  });
  const running = auditor.run(stop.signal);
  return {
    auditor,
    later: (ms) => void (ahead += ms),
    sleep: (ms) => void (slept += ms),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

const tell = (story: Story): Promise<unknown> => Promise.all(story.facts.map(({ fact }) => bus.publishFact(fact)));
const factsOf = async <T extends Fact['type']>(id: EvaluationId, type: T): Promise<FactOf<T>[]> =>
  (await bus.readFacts(id)).map(({ fact }) => fact).filter((fact) => fact.type === type) as unknown as FactOf<T>[];
const settledOf = (id: EvaluationId): Promise<FactOf<'settled'>> =>
  eventually(`${id} settled`, async () => (await factsOf(id, 'settled'))[0]);
/** Stories of now: the stream's own clock is part of them. */
const story = (): Story => new Story(testId(next++), Date.now() - 1_000);
/** The same story, told on. */
const again = ({ id, begin }: Story): Story => new Story(id, begin);

describe('the auditor', () => {
  test('settles what was complete before it started, and what becomes complete while it runs', async () => {
    const before = story().running().ended().logClosed().reportRead();
    const during = story().running();
    await tell(before);
    await tell(during);
    await using _ = auditing();
    expect((await settledOf(before.id)).data.verdict).toBe('passed');
    await tell(again(during).after(200).ended().logClosed().reportRead());
    expect((await settledOf(during.id)).data.verdict).toBe('passed');
  });

  test('and a second one beside it give each evaluation one verdict and one finding', async () => {
    await using one = auditing();
    await using two = auditing();
    await eventually('both have read the stream', () => one.auditor.state.caughtUp && two.auditor.state.caughtUp);
    const cut = { state: 'truncated', reason: 'log cut after byte 60' } as const;
    const stories = Array.from({ length: 15 }, () => story().running().ended().logClosed(cut).reportRead());
    for (const told of stories) void tell(told);
    for (const { id } of stories) expect((await settledOf(id)).data.verdict).toBe('incomplete');
    for (const { id } of stories)
      expect((await factsOf(id, 'finding-raised')).map(({ data }) => data)).toEqual([
        expect.objectContaining({ cause: 'truncated' }),
      ]);
  });

  test('raises what is missing at its deadline, gives it up after the grace, and clears it when it comes after the verdict', async () => {
    const podless = story().submitted().after(10).jobCreated();
    await using work = auditing();
    await tell(podless);
    await eventually('folded', () => work.auditor.state.open > 0);
    expect(await factsOf(podless.id, 'finding-raised')).toEqual([]);
    work.later(31_000);
    const raised = await eventually('raised', async () => (await factsOf(podless.id, 'finding-raised'))[0]);
    expect(raised.data).toMatchObject({ stage: 'pod.create', cause: 'missing', deadline: podless.begin + 30_010 });
    expect(await factsOf(podless.id, 'settled')).toEqual([]);
    work.later(30_000);
    expect((await settledOf(podless.id)).data.verdict).toBe('error');
    await tell(again(podless).after(70_000).podCreated());
    const cleared = await eventually('cleared', async () => (await factsOf(podless.id, 'finding-cleared'))[0]);
    expect(cleared.data.stage).toBe('pod.create');
    expect(await factsOf(podless.id, 'settled')).toHaveLength(1);
  });

  test('calls nothing missing that it was told, when a replica of the stream that does not have it yet is read at the deadline', async () => {
    const told = story().submitted().after(10).jobCreated().after(20).podCreated();
    let isTold = false;
    const behind: Bus = {
      ...bus,
      async *followOpen(options, signal) {
        for await (const delivered of bus.followOpen(options, signal)) {
          yield delivered;
          isTold ||=
            !('kind' in delivered) && delivered.fact.evaluation === told.id && delivered.fact.type === 'pod-created';
        }
      },
      readFacts: async (id) => (await bus.readFacts(id)).filter(({ fact }) => fact.type !== 'pod-created'),
    };
    await using work = auditing(behind, 0, CLOCKS, { deadlines: parseDeadlines('pod.schedule=10s+1s') });
    await tell(told);
    await eventually('it was told', () => isTold);
    work.later(60_000);
    expect((await settledOf(told.id)).data.verdict).toBe('error');
    const findings = await factsOf(told.id, 'finding-raised');
    expect(findings.map(({ data }) => data.stage)).toEqual(['pod.schedule']);
  });

  test('gives an evaluation with at least the fact that it is asked about, by whichever replica of the stream it is read from', async () => {
    const told = story().running();
    await tell(told);
    const behind: Bus = {
      ...bus,
      readFacts: async (id, upTo = 0) => (await bus.readFacts(id)).filter(({ seq }) => seq <= upTo),
    };
    await using work = auditing(behind);
    const last = (await bus.readFacts(told.id)).at(-1)!;
    const known = await work.auditor.evaluationWith(last);
    expect(attemptsOf(known).flatMap(({ pods }) => Object.keys(pods))).toEqual(['pod-1']);
    expect(known.submitted?.evaluation).toBe(told.id);
  });

  test('that is behind calls nothing missing that is in the stream', async () => {
    const told = story().running().ended().logClosed().reportRead();
    // Behind by all facts at first, and then by those from the pod on.
    const gates = { submitted: Promise.withResolvers<void>(), 'pod-created': Promise.withResolvers<void>() };
    const behind: Bus = {
      ...bus,
      async *followOpen(options, signal) {
        for await (const delivered of bus.followOpen(options, signal)) {
          const type = 'kind' in delivered || delivered.fact.evaluation !== told.id ? undefined : delivered.fact.type;
          if (type === 'submitted' || type === 'pod-created') await gates[type].promise;
          yield delivered;
        }
      },
    };
    await using work = auditing(behind);
    await eventually('it has read the stream', () => work.auditor.state.caughtUp);
    work.later(120_000);
    await tell(told);
    gates.submitted.resolve();
    const settled = await settledOf(told.id).finally(() => gates['pod-created'].resolve());
    expect(settled.data.verdict).toBe('passed');
    expect(await factsOf(told.id, 'finding-raised')).toEqual([]);
  });

  test('that starts behind a deadline waits for those who start with it, and then tells what is missing all the same', async () => {
    const begun = (): Story => new Story(testId(next++), Date.now() - 120_000).submitted().after(10).jobCreated();
    const [told, untold] = [begun(), begun()];
    await tell(told);
    await tell(untold);
    // Its clock stands, so that however busy the machine is, the others are told of in time; and later than anything was stored, also in the same millisecond.
    const [now, awakeMs] = [Date.now() + 1_000, performance.now()];
    await using work = auditing(bus, 1_500, { now: () => now, awakeMs: () => awakeMs });
    await eventually('it has read the stream', () => work.auditor.state.caughtUp);
    await tell(again(told).after(20).podCreated());
    expect(await factsOf(untold.id, 'finding-raised')).toEqual([]);
    work.later(1_600);
    await eventually('told', async () => (await factsOf(untold.id, 'finding-raised'))[0]);
    expect(await factsOf(told.id, 'finding-raised')).toEqual([]);
    // It was told only now, so its grace begins now.
    expect(await factsOf(untold.id, 'settled')).toEqual([]);
  });

  test('judges what is submitted once it has read the stream by its deadlines, and not by its own start', async () => {
    // It does not look at the clock before something happens.
    const deadlines = parseDeadlines('pod.create=1s+60s');
    await using work = auditing(bus, 300_000, CLOCKS, { deadlines, tickMs: 2_000 });
    await eventually('it has read the stream', () => work.auditor.state.caughtUp);
    const podless = new Story(testId(next++), Date.now()).submitted().jobCreated();
    await tell(podless);
    const raised = await eventually('raised', async () => (await factsOf(podless.id, 'finding-raised'))[0]);
    expect(raised.data).toMatchObject({ stage: 'pod.create', cause: 'missing' });
  });

  test('that slept with the whole machine counts the sleep for nobody', async () => {
    const running = story().running({ timeout: '1m' });
    await tell(running);
    await using work = auditing(bus, 50);
    await eventually('it has read the stream', () => work.auditor.state.caughtUp);
    work.sleep(600_000);
    const short = story().running({ timeout: '1s' });
    await tell(short);
    work.later(65_000);
    await eventually('told', async () => (await factsOf(short.id, 'finding-raised'))[0]);
    expect(await factsOf(running.id, 'finding-raised')).toEqual([]);
    work.later(60_000);
    await eventually('told in its turn', async () => (await factsOf(running.id, 'finding-raised'))[0]);
  });

  test('goes on after the server was killed under it', async () => {
    await using _ = auditing();
    const first = story().running();
    await tell(first);
    await nats.kill9();
    await nats.restart();
    await tell(again(first).after(200).ended().logClosed().reportRead());
    expect(
      (await eventually('settled', async () => (await factsOf(first.id, 'settled'))[0], { withinMs: 20_000 })).data
        .verdict,
    ).toBe('passed');
  });
});
