import { defined, evaluationOfRun, logSubject, type EvaluationId, type FactOf, type RunPlace } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Auditor } from '../src/auditor.ts';

let nats: NatsFixture;
let bus: Bus;
let runs = 0;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'comparisons-test' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

function auditing(audited = bus): AsyncDisposable {
  const stop = new AbortController();
  const running = new Auditor(audited, {
    deadlines: {},
    now: () => Date.now(),
    awakeMs: () => performance.now(),
    settleMs: 0,
    tickMs: 10,
    onError: (error, evaluation) => expect.fail(`${evaluation}: ${String(error)}`),
  }).run(stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** The places of a new run of two suites. */
function newRun(): (suite: 'e2e' | 'unit', alone?: number) => RunPlace {
  const id = `run-${String(++runs).padStart(26, '0')}`;
  return (suite, alone) => ({ id, suite, suites: ['e2e', 'unit'], ...defined({ alone }) });
}

const storyOf = (run: RunPlace): Story => new Story(evaluationOfRun(run), Date.now() - 1_000).running({ run });
const ended = (story: Story, exitCode = 0): Story =>
  story
    .after(500)
    .ended(exitCode === 0 ? {} : { exitCode, reason: 'Error' })
    .logClosed()
    .reportRead();
const tell = (...stories: readonly Story[]): Promise<unknown> =>
  Promise.all(stories.flatMap(({ facts }) => facts.map(({ fact }) => bus.publishFact(fact))));
const comparisonsOf = async (id: EvaluationId): Promise<FactOf<'compared-alone'>[]> =>
  (await bus.readFacts(id)).flatMap(({ fact }) => (fact.type === 'compared-alone' ? [fact] : []));
const compared = (id: EvaluationId, count = 1): Promise<FactOf<'compared-alone'>[]> =>
  eventually(`${id} compared`, async () => {
    const found = await comparisonsOf(id);
    return found.length === count ? found : undefined;
  });

async function write({ id, podUid }: Story, text: string): Promise<void> {
  const writer = await bus.openLog(logSubject(id, 1, podUid), `container-of-${id}`);
  await writer.append({ offset: 0, bytes: new TextEncoder().encode(text) });
}

test('a repetition is compared once both have a verdict, with what only the log of the one that ran together names', async () => {
  const place = newRun();
  const [together, beside, alone] = [place('e2e'), place('unit'), place('e2e', 1)].map(storyOf) as [
    Story,
    Story,
    Story,
  ];
  await write(
    together,
    "FileExistsError: [Errno 17] File exists: '/tmp/x'\nlisten EADDRINUSE: address already in use :::3000\n",
  );
  await write(alone, "FileExistsError: [Errno 17] File exists: '/tmp/x'\n");
  await using _ = auditing();
  await tell(beside);
  await tell(ended(together, 1), ended(alone));
  const [found] = await compared(together.id);
  expect(found?.data).toMatchObject({
    alone: alone.id,
    time: 1,
    outcome: 'passes-alone',
    fought: ['port 3000'],
    // The other suite runs still.
    overlapped: [{ evaluation: beside.id, suite: 'unit', node: 'node-1' }],
  });
});

test('a repetition that comes to its end first is compared with the verdict of the other', async () => {
  const place = newRun();
  const [together, alone] = [storyOf(place('e2e')), storyOf(place('e2e', 1))];
  await using _ = auditing();
  await tell(together, ended(alone));
  await eventually('the repetition has a verdict', async () =>
    (await bus.readFacts(alone.id)).some(({ fact }) => fact.type === 'settled'),
  );
  expect(await comparisonsOf(together.id)).toEqual([]);
  await tell(ended(together, 1));
  expect(await compared(together.id)).toMatchObject([{ data: { outcome: 'passes-alone' } }]);
});

test('what an auditor left undone when it was stopped, the next one does; what is done is done once', async () => {
  const place = newRun();
  const [together, first, second] = [place('e2e'), place('e2e', 1), place('e2e', 2)].map(storyOf) as [
    Story,
    Story,
    Story,
  ];
  const settled = (story: Story, verdict: 'passed' | 'failed'): Story =>
    story.tell('settled', { verdict, reason: verdict, evidenceAt: story.now, notOwed: [], evidence: { absent: [] } });
  // The verdicts are there, as if their auditor had died behind them.
  await tell(settled(ended(together, 1), 'failed'), settled(ended(first), 'passed'), settled(ended(second), 'passed'));
  expect(await comparisonsOf(together.id)).toEqual([]);
  for (let n = 0; n < 2; n++) {
    await using _ = auditing();
    const found = await compared(together.id, 2);
    expect(found.map(({ data }) => data.time).toSorted((a, b) => a - b)).toEqual([1, 2]);
  }
});

test('is compared by whichever replica of the stream, however far that is behind', async () => {
  const place = newRun();
  const [together, beside, alone] = [storyOf(place('e2e')), storyOf(place('unit')), storyOf(place('e2e', 1))];
  // It has what it is asked for, and nothing else.
  const behind: Bus = {
    ...bus,
    readFacts: async (id, upTo = 0) => (await bus.readFacts(id)).filter(({ seq }) => seq <= upTo),
  };
  await using _ = auditing(behind);
  await tell(ended(together, 1), ended(beside));
  await tell(ended(alone));
  const [found] = await compared(together.id);
  expect(found?.data).toMatchObject({ alone: alone.id, outcome: 'passes-alone' });
});
