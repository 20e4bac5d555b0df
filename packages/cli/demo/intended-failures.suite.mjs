// Fails on purpose: an assertion and an uncaught exception among tests that pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('divides', () => assert.equal(6 / 3, 2));
test('divides by zero', () => assert.equal(1 / 0, 0));
test('throws out of a callback', (t, done) => {
  setImmediate(() => {
    throw new Error('nobody caught this');
  });
  void done;
});
test('still adds', () => assert.equal(1 + 1, 2));
