import { evaluationIdForKey, parseSpec } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { startNats } from '@lacuna/testing';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { Acceptor } from '../src/accept.ts';
import { linksAt } from '../src/links.ts';
import { envOf } from './support/env-of.ts';
import { limitMessages, messagesIn } from './support/stream-state.ts';

const KEY = 'k';
const ID = evaluationIdForKey(KEY);
const SPEC = { command: ['true'], env: { TOKEN: 'canary' } };

/** One replica of submit; what stands in the way of its bus is given. */
function replica(bus: Bus, obstacles: Partial<Bus> = {}): () => Promise<unknown> {
  const acceptor = new Acceptor(
    { ...bus, ...obstacles },
    {
      linksOf: linksAt('http://api', (traceId) => traceId),
      answerWithinMs: 60_000,
      maxInFlight: 10,
      onOutcome: () => undefined,
      onEnvLeft: () => undefined,
    },
  );
  return () => acceptor.accept({ via: 'http', arrivedAt: 1_000, key: KEY, parse: () => parseSpec(SPEC) });
}

it('what one replica withdraws is never what another has accepted meanwhile with the same key and spec', async () => {
  await using nats = await startNats();
  await using bus = await connectBus({ servers: [nats.url], name: 'test' });
  await bus.provision();
  const raw = await connect({ servers: nats.url });
  // A full stream refuses the first; it is about to delete its env values when there is room again, and the second is accepted.
  await limitMessages(raw, 'LACUNA_FACTS', 1);
  await bus.publishFact(new Story(testId(1)).submitted().facts[0]!.fact);
  const [deleting, accepted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const refused = replica(bus, {
    deleteEnv: async (place) => {
      deleting.resolve();
      await accepted.promise;
      await bus.deleteEnv(place);
    },
  })();
  refused.catch(() => undefined);
  await deleting.promise;
  await limitMessages(raw, 'LACUNA_FACTS', -1);
  await expect(replica(bus)()).resolves.toMatchObject({ id: ID });
  accepted.resolve();
  await expect(refused).rejects.toMatchObject({ code: 'overloaded' });
  expect(await envOf(bus, ID)).toEqual({ TOKEN: 'canary' });
  expect(await messagesIn(raw, 'LACUNA_ENV')).toBe(1);
  await raw.close();
});
