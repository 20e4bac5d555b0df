import { ENV_LEFT_AFTER_MS, fact, type EnvPlace } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { startNats } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { LeftEnv } from '../src/left-env.ts';

const NEVER = new AbortController().signal;
const placeOf = (n: number, ref: string): EnvPlace => ({ evaluation: testId(n), ref: ref.repeat(32) });

/** Stores env values, and says which of them an evaluation has. */
async function submitted(bus: Bus, place: EnvPlace): Promise<void> {
  await bus.putEnv(place, { TOKEN: 'canary' });
  const spec = { name: 'n', command: ['true'], env: ['TOKEN'] };
  const data = { spec, specHash: 'x', envRef: place.ref, via: 'http' as const };
  await bus.publishFact(fact('submitted', { evaluation: place.evaluation, at: 1 }, data));
}

async function settled(bus: Bus, { evaluation }: EnvPlace): Promise<void> {
  const data = { verdict: 'passed' as const, reason: '', evidenceAt: 1, notOwed: [], evidence: { absent: [] } };
  await bus.publishFact(fact('settled', { evaluation, at: 1 }, data));
}

const keptIn = async (bus: Bus): Promise<EnvPlace[]> =>
  (await Array.fromAsync(bus.keptEnv())).map(({ place }) => place);

test('env values that nobody needs go when they are old at two looks; those of an open evaluation stay', async () => {
  await using nats = await startNats();
  await using bus = await connectBus({ servers: [nats.url], name: 'test' });
  await bus.provision();
  const [open, over] = [placeOf(1, 'a'), placeOf(2, 'a')];
  const [unsaid, ofAnother] = [placeOf(3, 'a'), placeOf(1, 'b')];
  for (const place of [unsaid, ofAnother]) await bus.putEnv(place, { TOKEN: 'left' });
  for (const place of [open, over]) await submitted(bus, place);
  await settled(bus, over);
  const erased: EnvPlace[] = [];
  let ahead = 0;
  const failed = (error: unknown): never => {
    throw error;
  };
  const left = new LeftEnv(bus, {
    now: () => Date.now() + ahead,
    onErased: (place) => erased.push(place),
    onError: failed,
  });

  for (ahead of [0, ENV_LEFT_AFTER_MS - 60_000, ENV_LEFT_AFTER_MS + 60_000]) await left.look(NEVER);
  expect(await keptIn(bus)).toEqual([unsaid, ofAnother, open, over]);
  // Its fact came after all.
  const late = placeOf(3, 'a');
  const data = { spec: { name: 'n', command: ['true'], env: ['TOKEN'] }, specHash: 'x', envRef: late.ref };
  await bus.publishFact(fact('submitted', { evaluation: late.evaluation, at: 1 }, { ...data, via: 'http' }));
  await left.look(NEVER);
  expect(erased).toEqual([ofAnother, over]);
  expect(await keptIn(bus)).toEqual([unsaid, open]);
  expect(await bus.readEnv(open)).toEqual({ TOKEN: 'canary' });
});
