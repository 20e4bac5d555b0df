import {
  evaluationOfRun,
  logSubject,
  type DiagnosisView,
  type EvaluationId,
  type RangeDiagnosisView,
} from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { connectBus } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

let submit: SubmitFixture;
beforeAll(async () => void (submit = await startSubmit()));
afterAll(() => submit[Symbol.asyncDispose]());

let stories = 0;
const newStory = (begin = Date.now()): Story => new Story(testId(++stories), begin);
const diagnosisOf = (id: string) => call<DiagnosisView>(`${submit.url}/v1/evaluations/${id}/diagnosis`);
const rangeOf = (query: string) => call<RangeDiagnosisView>(`${submit.url}/v1/diagnosis${query}`);

function settled(story: Story, verdict: 'passed' | 'failed' | 'error', reason: string): Story {
  return story.tell('settled', { verdict, reason, evidenceAt: 1, notOwed: [], evidence: { absent: [] } });
}

async function write(story: Story, text: string): Promise<void> {
  const writer = await submit.bus.openLog(logSubject(story.id, 1, story.podUid), `container-of-${story.id}`);
  await writer.append({ offset: 0, bytes: new TextEncoder().encode(text) });
}

describe('one evaluation', () => {
  it('that waits while nobody takes it is told apart from one that waits for a slot', async () => {
    // In its first second a wait means nothing; a busy machine may take longer than that to ask, and asks about another one.
    const story = await eventually('a wait that means nothing', async () => {
      const told = newStory(Date.now() - 66_000).submitted();
      await tell(submit.bus, told);
      expect((await diagnosisOf(told.id)).body).toMatchObject({ condition: 'waiting', causes: [] });
      return told;
    });
    await eventually('a cause', async () => {
      const [cause] = (await diagnosisOf(story.id)).body.causes;
      expect(cause?.cause).toBe('dispatch-stalled');
      expect(cause?.for).toContain('no dispatch follows the facts');
      return true;
    });
    await using dispatch = await connectBus({ servers: [submit.nats.url], name: 'lacuna-dispatch' });
    const stop = new AbortController();
    const following = (async () => {
      for await (const _ of dispatch.follow({}, stop.signal)) continue;
    })();
    await tell(submit.bus, story.tell('dispatch-delayed', { cause: 'capacity', detail: 'all 4 slots are in use' }));
    await eventually('all slots are in use', async () => {
      const { causes } = (await diagnosisOf(story.id)).body;
      return causes[0]?.cause === 'waiting-for-capacity' && causes[0].against.length === 0;
    });
    stop.abort();
    await following;
  });

  it('is explained by what its log says, and by who ran at the same time', async () => {
    const other = newStory().running();
    await tell(submit.bus, other);
    const story = newStory().running().after(1_000).ended({ exitCode: 1, reason: 'Error' });
    const lines = Array.from({ length: 9 }, (_, i) => `${i}: connect ECONNREFUSED 10.0.0.7:5432\n`).join('');
    await write(story, `${lines}sqlalchemy: QueuePool limit of size 5 overflow 10 reached\n`);
    await tell(submit.bus, settled(story.logClosed().reportRead(), 'failed', 'exit code 1'));
    const beside = '1 other evaluation ran at the same time';
    // Who else ran is known from the list, which is read from the stream a moment later.
    const body = await eventually('who ran beside it is known', async () => {
      const { body: found } = await diagnosisOf(story.id);
      expect(found.causes[0]?.for).toContain(beside);
      return found;
    });
    expect(body).toMatchObject({ condition: 'broken', verdict: 'failed' });
    expect(body.causes[0]).toMatchObject({ cause: 'api-sessions', confidence: 'certain' });
    expect(body.causes[0]?.for).toEqual([
      'the log has 9 lines of connection refused, last: 8: connect ECONNREFUSED 10.0.0.7:5432',
      'the log has 1 line of pool exhausted, last: sqlalchemy: QueuePool limit of size 5 overflow 10 reached',
      'the last of them stands at the end of the log',
      beside,
    ]);
  });

  it('that does not exist has no diagnosis', async () => {
    expect((await diagnosisOf(testId(250))).status).toBe(404);
    expect((await diagnosisOf('nonsense')).status).toBe(404);
  });
});

describe('many evaluations', () => {
  it('are counted by cause, and compared', async () => {
    const labels = { run: 'r1' };
    for (let i = 0; i < 6; i++) {
      const story = newStory();
      const ran = story
        .submitted({ labels })
        .jobCreated()
        .podCreated()
        .tell('pod-scheduled', { podUid: 'pod-1', node: i < 3 ? 'n9' : 'n1' })
        .started();
      if (i < 3)
        settled(ran.tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'low' }), 'error', 'evicted');
      else settled(ran.ended().logClosed().reportRead(), 'passed', 'exit code 0');
      await tell(submit.bus, story);
    }
    await tell(submit.bus, newStory().submitted({ labels }));
    await eventually('all read', async () => (await rangeOf('?label=run%3Dr1')).body.examined === 7);
    const { body } = await rangeOf(`?label=run%3Dr1&since=${new Date(Date.now() - 60_000).toISOString()}`);
    expect(body).toMatchObject({ examined: 7, broken: 3, open: 1, unexamined: 0 });
    expect(body.causes).toContainEqual(expect.objectContaining({ cause: 'evicted', evaluations: 3 }));
    expect(body.shared).toContainEqual(
      expect.objectContaining({
        trait: 'node',
        value: 'n9',
        statement: '3 of the 3 broken ones have node n9; 0 of the 4 others do',
      }),
    );
    expect((await rangeOf('?label=run%3Dr2')).body).toMatchObject({
      examined: 0,
      headline: 'no evaluations in this range',
    });
  });

  it('of programs that failed is decided by the ends of their logs, where facts alone do not say why', async () => {
    const labels = { run: 'by-log' };
    for (const line of [
      'connect ECONNREFUSED 10.0.0.7:5432',
      'connect ECONNREFUSED 10.0.0.7:5432',
      'not good enough',
    ]) {
      const story = newStory().running({ labels }).after(500).ended({ exitCode: 1, reason: 'Error' });
      await write(story, `begun\n${`${line}\n`.repeat(5)}`);
      await tell(submit.bus, settled(story.logClosed().reportRead(), 'failed', 'exit code 1'));
    }
    await eventually('all read', async () => (await rangeOf('?label=run%3Dby-log')).body.broken === 3);
    const { body } = await rangeOf('?label=run%3Dby-log');
    expect(body.causes.map(({ cause, evaluations }) => [cause, evaluations])).toEqual([
      ['api-sessions', 2],
      ['exit-by-design', 1],
    ]);
  });

  it('of a run is asked for by any of its evaluations', async () => {
    const run = { id: 'run-00000000000000000000000009', suites: ['e2e', 'unit'] };
    const place = (suite: string) => ({ ...run, suite });
    const ids = run.suites.map((suite) => evaluationOfRun(place(suite)));
    const ran = (id: EvaluationId, suite: string): Story =>
      new Story(id, Date.now()).running({ name: suite, run: place(suite) }).after(500);
    const [e2e, unit] = [ran(ids[0] ?? testId(), 'e2e'), ran(ids[1] ?? testId(), 'unit')];
    await write(e2e.ended({ exitCode: 1, reason: 'Error' }), 'listen EADDRINUSE: address already in use :::3000\n');
    await tell(submit.bus, settled(e2e.logClosed().reportRead(), 'failed', 'exit code 1'));
    await tell(submit.bus, settled(unit.ended().logClosed().reportRead(), 'passed', 'exit code 0'));
    for (const id of ids) {
      const { body } = await rangeOf(`?run=${id}`);
      expect(body).toMatchObject({ examined: 2, broken: 1, causes: [{ cause: 'port-in-use', examples: [ids[0]] }] });
    }
    expect(await rangeOf(`?run=${ids[0]}&name=e2e`)).toMatchObject({ status: 400 });
    const other = newStory().submitted();
    await tell(submit.bus, other);
    expect(await rangeOf(`?run=${other.id}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('refuses a query that it does not understand', async () => {
    expect(await rangeOf('?since=yesterday')).toMatchObject({ status: 400 });
    expect(await rangeOf('?phase=queued')).toMatchObject({ status: 400 });
  });
});
