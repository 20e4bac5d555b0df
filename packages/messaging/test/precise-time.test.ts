import { expect, it } from 'vitest';
import { timeOfNanos, timeOfRfc3339 } from '../src/precise-time.ts';

it.each([
  ['1795469595363340999', '2026-11-23T21:33:15.363340999Z', 1_795_469_595_363.34],
  ['1795469595363000000', '2026-11-23T21:33:15.363Z', 1_795_469_595_363],
  ['1795469595000000000', '2026-11-23T21:33:15Z', 1_795_469_595_000],
  ['1795469595000001000', '2026-11-23T21:33:15.000001Z', 1_795_469_595_000.001],
])('reads %s ns and %s as the same millisecond with three decimals', (nanos, rfc3339, expected) => {
  expect(timeOfNanos(nanos)).toBe(expected);
  expect(timeOfRfc3339(rfc3339)).toBe(expected);
});
