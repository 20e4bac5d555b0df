import { Story, testId } from '@lacuna/contracts/testing';
import { eventually } from '@lacuna/testing';
import { expect, it } from 'vitest';
import { call } from './support/call.ts';
import { readEvents, take } from './support/event-reader.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

const open = (url: string, lastEventId?: string): Promise<Response> =>
  fetch(url, { headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } });

/** The stream of all events begins where the service has read to, so a test has to know that it has read what came before. */
async function untilRead({ url }: SubmitFixture, name: string): Promise<void> {
  await eventually('it is listed', async () => {
    const { body } = await call<{ items: unknown[] }>(`${url}/v1/evaluations?name=${name}`);
    return body.items.length > 0;
  });
}

it('the events of an evaluation are its facts from the first on, and go on as they come', async () => {
  await using submit = await startSubmit();
  const story = new Story(testId(1)).submitted().after(1).jobCreated();
  await tell(submit.bus, new Story(testId(2)).submitted());
  await tell(submit.bus, story);
  const response = await open(`${submit.url}/v1/evaluations/${story.id}/events`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events = readEvents(response);
  const stored = await submit.bus.readFacts(story.id);
  const seen = await take(events, 2);
  expect(seen).toEqual(stored.map(({ fact, seq }) => ({ id: String(seq), type: fact.type, fact })));
  await tell(submit.bus, story.podCreated());
  expect((await take(events, 1))[0]?.type).toBe('pod-created');
  await events.return(undefined);
});

it('a stream that broke is resumed behind the last event, without gap or repeat', async () => {
  await using submit = await startSubmit();
  const story = new Story().submitted().after(1).jobCreated().after(1).podCreated();
  await tell(submit.bus, story);
  const url = `${submit.url}/v1/evaluations/${story.id}/events`;
  const first = readEvents(await open(url));
  const [submitted] = await take(first, 1);
  await first.return(undefined);
  await tell(submit.bus, story.after(1).podScheduled());
  const second = readEvents(await open(url, submitted?.id));
  expect((await take(second, 3)).map(({ type }) => type)).toEqual(['job-created', 'pod-created', 'pod-scheduled']);
  await second.return(undefined);
});

it('the events of all begin now, or behind the last event, or at the very first', async () => {
  await using submit = await startSubmit();
  const [a, b] = [new Story(testId(1)).submitted({ name: 'a' }), new Story(testId(2)).submitted({ name: 'b' })];
  await tell(submit.bus, a);
  await untilRead(submit, 'a');
  const url = `${submit.url}/v1/events`;
  const fromNow = readEvents(await open(url));
  await tell(submit.bus, b);
  const [seen] = await take(fromNow, 1);
  expect(seen?.fact.evaluation).toBe(b.id);
  await tell(submit.bus, a.after(1).jobCreated());
  const resumed = readEvents(await open(url, seen?.id));
  expect((await take(resumed, 1))[0]).toMatchObject({ type: 'job-created', fact: { evaluation: a.id } });
  const all = readEvents(await open(url, '0'));
  expect((await take(all, 3)).map(({ type }) => type)).toEqual(['submitted', 'submitted', 'job-created']);
  for (const events of [fromNow, resumed, all]) await events.return(undefined);
});

it('events go on over a restart of NATS', async () => {
  await using submit = await startSubmit();
  const story = new Story().submitted();
  await tell(submit.bus, story);
  const events = readEvents(await open(`${submit.url}/v1/evaluations/${story.id}/events`));
  await take(events, 1);
  await submit.nats.restart();
  await tell(submit.bus, story.after(1).jobCreated());
  expect((await take(events, 1))[0]?.type).toBe('job-created');
  await events.return(undefined);
});

it('an event id of a stream that is no more is answered from the beginning of the evaluation', async () => {
  await using submit = await startSubmit();
  const story = new Story().submitted();
  await tell(submit.bus, story);
  const events = readEvents(await open(`${submit.url}/v1/evaluations/${story.id}/events`, '1000000'));
  expect((await take(events, 1))[0]?.type).toBe('submitted');
  await events.return(undefined);
});

it('what is asked for wrongly is refused before anything is sent', async () => {
  await using submit = await startSubmit();
  const all = `${submit.url}/v1/events`;
  expect(await call(all, { headers: { 'last-event-id': 'x' } })).toMatchObject({
    status: 400,
    body: { code: 'invalid-header' },
  });
  expect(await call(`${all}?type=settled`)).toMatchObject({ status: 400, body: { code: 'invalid-query' } });
  const unknown = `${submit.url}/v1/evaluations/${testId(9)}/events`;
  expect(await call(unknown)).toMatchObject({ status: 404, body: { code: 'not-found' } });
});
