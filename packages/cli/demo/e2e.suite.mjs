// A real node:test suite of 25 tests, slow enough to run beside another one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as work } from 'node:timers/promises';

for (let i = 1; i <= 25; i++) {
  test(`a user can finish checkout, variant ${i}`, async () => {
    await work(60);
    assert.equal(i + i, 2 * i);
  });
}
