import { expect, it } from 'vitest';
import { headers } from 'nats';
import { deadSubject, Failure, STREAMS, SUBJECTS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { startBus } from './bus-fixture.ts';

it('takes what is accepted out of the intake, and puts what is refused aside', async () => {
  await using fixture = await startBus();
  const sent = headers();
  sent.set('Nats-Msg-Id', 'key-1');
  await fixture.raw.client.request(SUBJECTS.intake, 'good', { timeout: 5_000, headers: sent });
  await fixture.raw.client.request(SUBJECTS.intake, 'bad', { timeout: 5_000 });
  const stop = new AbortController();
  const taken: unknown[] = [];
  const working = fixture.bus.workIntake(
    { name: 'submit', service: 'submit', concurrency: 4, onFailure: () => {} },
    async (message) => {
      const text = Buffer.from(message.bytes).toString();
      if (text === 'bad') throw new Failure('invalid-spec', 'no command');
      taken.push([text, message.headers.get('nats-msg-id'), message.storedAt > 1_700_000_000_000]);
    },
    stop.signal,
  );
  await eventually('the intake is empty', async () => (await fixture.raw.count(STREAMS.intake.name)) === 0);
  stop.abort();
  await working;
  expect(taken).toEqual([['good', 'key-1', true]]);
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('submit'));
  expect(JSON.parse(letter.body.toString())).toMatchObject({ notKept: { bytes: 3 } });
  expect(letter.headers).toContain('Lacuna-Reason: invalid-spec: no command');
});
