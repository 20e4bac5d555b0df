import { logSubject, STREAMS } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { eventually } from '@lacuna/testing';
import { describe, expect, it } from 'vitest';
import { call } from './support/call.ts';
import { readEvents, take } from './support/event-reader.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

/** More than a nats-server gives a stream unless it is told: 1,000. */
const MANY = 1_050;

/** What can be followed: all facts, those of an evaluation, and its log. */
const ways = (id: string): string[] => [
  '/v1/events',
  `/v1/evaluations/${id}/events`,
  `/v1/evaluations/${id}/log?follow=1`,
];

/** Lets a stream have as many readers as it has now, and none more. */
async function closeTo(submit: SubmitFixture, stream: string): Promise<void> {
  const manager = await submit.raw.jetstreamManager();
  const { state } = await manager.streams.info(stream);
  await manager.streams.update(stream, { max_consumers: state.consumer_count } as object);
}

describe('more followers than there may be', () => {
  it('are refused with 503, whatever they want to follow, until others have gone', async () => {
    await using submit = await startSubmit({ env: { LACUNA_MAX_FOLLOWERS: '2' } });
    const story = new Story(testId(1)).submitted();
    await tell(submit.bus, story);
    const client = new AbortController();
    const [first] = ways(story.id).map((path) => `${submit.url}${path}`);
    // Both are used to the end: `fetch` breaks off an answer that is collected as garbage, and then there is room.
    const leaving = await fetch(first!, { signal: client.signal });
    const second = await fetch(`${submit.url}${ways(story.id)[2]!}`);
    for (const path of ways(story.id)) {
      const refused = await call(`${submit.url}${path}`);
      expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
      expect(refused.body.detail).toContain('no more than 2 follow events and logs at a time (LACUNA_MAX_FOLLOWERS)');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await call<string>(`${submit.url}/metrics`)).body).toContain('lacuna_followers 2');
    expect((await call(`${submit.url}/v1/evaluations`, { body: { command: ['true'] } })).status).toBe(202);
    client.abort();
    await eventually('one may come', async () => {
      const response = await fetch(first!);
      if (response.status === 200) return true;
      throw new Error(await response.text());
    });
    await expect(leaving.text()).rejects.toThrow(/aborted/);
    await second.body?.cancel();
  });
});

describe(`${MANY} followers`, () => {
  it('all follow, and leave room for whoever works', async () => {
    await using submit = await startSubmit({ env: { LACUNA_MAX_FOLLOWERS: '2000' } });
    const story = new Story(testId(1)).submitted();
    await tell(submit.bus, story);
    const url = `${submit.url}${ways(story.id)[1]!}`;
    const followers = await Promise.all(Array.from({ length: MANY }, async () => readEvents(await fetch(url))));
    const told = async (): Promise<Set<string | undefined>> => {
      const seen = await Promise.all(followers.map(async (events) => (await take(events, 1))[0]?.type));
      return new Set(seen);
    };
    expect(await told()).toEqual(new Set(['submitted']));
    const stop = new AbortController();
    const worked = Promise.withResolvers<string>();
    const work = submit.bus.work(
      { name: 'new', service: 'new', types: ['job-created'], concurrency: 1, onFailure: () => undefined },
      async ({ fact }) => worked.resolve(fact.evaluation),
      stop.signal,
    );
    await tell(submit.bus, story.after(1).jobCreated());
    expect(await told()).toEqual(new Set(['job-created']));
    expect(await worked.promise).toBe(story.id);
    stop.abort();
    await Promise.all([work, ...followers.map((events) => events.return(undefined))]);
  });
});

describe('a NATS that has no more consumers to give', () => {
  it('is told to who comes, with what to do, and is nothing to who is there, nor to submissions', async () => {
    await using submit = await startSubmit();
    const story = new Story(testId(1)).submitted();
    await tell(submit.bus, story);
    const [, url] = ways(story.id).map((path) => `${submit.url}${path}`);
    const there = readEvents(await fetch(url!));
    await take(there, 1);
    await closeTo(submit, STREAMS.facts.name);
    for (const path of ways(story.id).slice(1)) {
      const refused = await call(`${submit.url}${path}`);
      expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
      expect(refused.body.detail).toMatch(/NATS gives LACUNA_FACTS no more consumers: .*max_consumers/);
    }
    const { status, body } = await call(`${submit.url}/v1/evaluations`, { body: { command: ['true'] } });
    expect(status).toBe(202);
    expect((await call(`${submit.url}/v1/evaluations/${body.id}`)).status).toBe(200);
    await tell(submit.bus, story.after(1).jobCreated());
    expect((await take(there, 1))[0]?.type).toBe('job-created');
    await there.return(undefined);
  });

  it('lets a log be read that is there already', async () => {
    await using submit = await startSubmit();
    const story = new Story(testId(1)).running();
    await tell(submit.bus, story);
    const writer = await submit.bus.openLog(logSubject(story.id, 1, story.podUid), 'container');
    await writer.append({ offset: 0, bytes: Buffer.from('all of it') });
    await closeTo(submit, STREAMS.facts.name);
    expect((await call<string>(`${submit.url}/v1/evaluations/${story.id}/log`)).body).toBe('all of it');
  });
});
