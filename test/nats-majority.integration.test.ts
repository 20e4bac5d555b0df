import { storageError } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { startChartNats } from './support/chart-nats.ts';

test('of three servers the last one says that nothing is stored; with one of them gone all is well', async () => {
  await using nats = await startChartNats(3);
  const error = () => storageError(nats.monitorUrl, new AbortController().signal);
  await nats.kill(1);
  // Until the others have voted, if it was the leader.
  await eventually('all is well', async () => (await error()) === undefined, { withinMs: 60_000 });
  await nats.kill(2);
  expect(await eventually('it says so', error, { withinMs: 60_000 })).toBe(
    'JetStream has not established contact with a meta leader',
  );
});
