import { expect, test } from 'vitest';
import { startNats } from '../../src/index.ts';

test('needs a server', async () => {
  await using nats = await startNats();
  expect(nats.url).toBeDefined();
});

test('needs none', () => {
  expect(1).toBe(1);
});
