import { Failure } from '@lacuna/contracts';
import { expect, it } from 'vitest';
import { assertIdempotencyKey } from '../src/idempotency-key.ts';

const codeFor = (key: string): string => {
  try {
    assertIdempotencyKey(key, 'Idempotency-Key');
    return 'fine';
  } catch (error) {
    return (error as Failure).code;
  }
};

it.each(['', ' ', 'a'.repeat(256), 'tab\there', 'null\0', 'delete\x7f'])('refuses the key %j', (key) => {
  expect(codeFor(key)).toBe('invalid-header');
});

it.each([
  'a',
  'a'.repeat(255),
  'with space',
  '9f1c-…',
  'bytes of UTF-8 as HTTP shows them: \xe2\x80\xa6',
  'build/17/e2e',
])('takes the key %j', (key) => {
  expect(codeFor(key)).toBe('fine');
});
