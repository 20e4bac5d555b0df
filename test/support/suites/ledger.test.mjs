// A real node:test suite of 25 tests that take a while and talk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as work } from 'node:timers/promises';

for (let i = 1; i <= 25; i++) {
  test(`the ledger adds up, case ${i}`, async (t) => {
    await work(40);
    t.diagnostic('an entry that is booked '.repeat(20));
    assert.equal(i * 2, i + i);
  });
}
