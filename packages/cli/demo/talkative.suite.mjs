// 25 tests that pass and say a lot; what a cut log does to them is the demo's point.
import { test } from 'node:test';
import { setTimeout as work } from 'node:timers/promises';

for (let i = 1; i <= 25; i++) {
  test(`imports batch ${i}`, async (t) => {
    await work(20);
    t.diagnostic('row imported '.repeat(215));
  });
}
