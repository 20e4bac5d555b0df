import { logSubject } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { eventually } from '@lacuna/testing';
import { expect, it } from 'vitest';
import { call } from './support/call.ts';
import { readEvents, take } from './support/event-reader.ts';
import { startSubmit } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

it('a stop ends open streams in good order and does not wait for them to end', async () => {
  await using submit = await startSubmit();
  const story = new Story().submitted();
  await tell(submit.bus, story);
  const self = `${submit.url}/v1/evaluations/${story.id}`;
  // This stream begins at what the read model has seen, so that has to be there first.
  await eventually(
    'listed',
    async () => (await call<{ items: unknown[] }>(`${submit.url}/v1/evaluations`)).body.items.length === 1,
  );
  const all = await fetch(`${submit.url}/v1/events`);
  const events = readEvents(await fetch(`${self}/events`));
  await take(events, 1);
  const log = await fetch(`${self}/log?follow=1`);
  const begin = performance.now();
  await submit.stop();
  expect(performance.now() - begin).toBeLessThan(7_000);
  expect(await all.text()).toBe('');
  expect(await log.text()).toBe('');
  expect((await events.next()).done).toBe(true);
});

it('a stop cuts a log that its client does not read, visibly, and is not held up by it', async () => {
  await using submit = await startSubmit();
  const story = new Story().running();
  const writer = await submit.bus.openLog(logSubject(story.id, 1, story.podUid), 'container');
  const chunk = Buffer.alloc(256 * 1024, 'x');
  for (let i = 0; i < 64; i++) await writer.append({ offset: writer.end, bytes: chunk });
  await tell(submit.bus, story.logClosed({ bytes: writer.end }));
  const log = await fetch(`${submit.url}/v1/evaluations/${story.id}/log`);
  const begin = performance.now();
  await submit.stop();
  expect(performance.now() - begin).toBeLessThan(7_000);
  await expect(log.arrayBuffer()).rejects.toThrow('terminated');
});

it('a submission that is under way when the stop begins is still answered', async () => {
  await using submit = await startSubmit();
  submit.nats.pause();
  const waiting = call(`${submit.url}/v1/evaluations`, { body: { command: ['true'] } });
  await eventually('it waits', async () =>
    (await call<string>(`${submit.url}/metrics`)).body.includes('lacuna_submit_in_flight 1'),
  );
  const stopped = submit.stop();
  submit.nats.resume();
  const answer = await waiting;
  expect(answer.status).toBe(202);
  expect(answer.headers.get('connection')).toBe('close');
  await stopped;
  const facts = await submit.bus.readFacts(answer.body.id);
  expect(facts).toHaveLength(1);
});
