import { evaluationIdForKey, parseSpec } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import { expect, it } from 'vitest';
import { Acceptor } from '../src/accept.ts';
import { linksAt } from '../src/links.ts';
import { call } from './support/call.ts';
import { envOf } from './support/env-of.ts';
import { messagesIn } from './support/stream-state.ts';
import { startSubmit } from './support/submit-fixture.ts';

const KEY = 'k';
const ID = evaluationIdForKey(KEY);
const specWith = (token: string) => ({ command: ['true'], env: { TOKEN: token } });

/** Stores env values as a submit does that is killed before it says `submitted`: whatever it would have done then never comes. */
async function killedBeforeSubmitted(bus: Bus, token: string): Promise<void> {
  const killed = Promise.withResolvers<void>();
  const publishFact = (): Promise<never> => {
    killed.resolve();
    return new Promise(() => undefined);
  };
  const acceptor = new Acceptor(
    { ...bus, publishFact },
    {
      linksOf: linksAt('http://api', (traceId) => traceId),
      answerWithinMs: 60_000,
      maxInFlight: 10,
      onOutcome: () => undefined,
      onEnvLeft: () => undefined,
    },
  );
  void acceptor.accept({ via: 'http', arrivedAt: 1_000, key: KEY, parse: () => parseSpec(specWith(token)) });
  await killed.promise;
}

it('a key whose submission was killed between env values and fact takes other values, and what was left goes with them', async () => {
  await using submit = await startSubmit();
  const post = (token: string) =>
    call(`${submit.url}/v1/evaluations`, { body: specWith(token), headers: { 'idempotency-key': KEY } });
  await killedBeforeSubmitted(submit.bus, 'left');
  await killedBeforeSubmitted(submit.bus, 'left too');
  expect(await post('meant')).toMatchObject({ status: 202, body: { id: ID } });
  expect(await envOf(submit.bus, ID)).toEqual({ TOKEN: 'meant' });
  expect(await post('left')).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
  expect(await envOf(submit.bus, ID)).toEqual({ TOKEN: 'meant' });
  // As dispatch does when it is settled.
  await submit.bus.deleteEnv(ID);
  expect(await messagesIn(submit.raw, 'LACUNA_ENV')).toBe(0);
});

it('a key whose submission was killed between env values and fact takes the same values', async () => {
  await using submit = await startSubmit();
  await killedBeforeSubmitted(submit.bus, 'meant');
  const headers = { 'idempotency-key': KEY };
  expect(await call(`${submit.url}/v1/evaluations`, { body: specWith('meant'), headers })).toMatchObject({
    status: 202,
  });
  expect(await envOf(submit.bus, ID)).toEqual({ TOKEN: 'meant' });
});
