// A real vitest suite of 25 tests; run with vitest's verbose reporter.
import { expect, test } from 'vitest';
import { setTimeout as work } from 'node:timers/promises';

for (let i = 1; i <= 25; i++) {
  test(`the ledger adds up, case ${i}`, async () => {
    await work(40);
    expect(i * 2).toBe(i + i);
  });
}
