import { expect, it } from 'vitest';
import { Batcher } from '../src/batcher.ts';

it('gives a full batch without waiting, and keeps the rest for the next one', async () => {
  const batcher = new Batcher<number>(2, 60_000);
  for (const item of [1, 2, 3, 4, 5]) batcher.add(item);
  expect([await batcher.next(), await batcher.next()]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  batcher.flush();
  expect(await batcher.next()).toEqual([5]);
});

it('gives what there is when the oldest has waited long enough', async () => {
  const batcher = new Batcher<number>(10, 1);
  batcher.add(1);
  expect(await batcher.next()).toEqual([1]);
});

it('gives an empty batch only when flushed', async () => {
  const batcher = new Batcher<number>(10, 1);
  const next = batcher.next();
  batcher.flush();
  expect(await next).toEqual([]);
});
