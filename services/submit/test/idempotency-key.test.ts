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

it.each(['', ' ', 'a'.repeat(256), 'tab\there', 'null\0', 'delete\x7f', '9f1c-…', 'größe', 'latin-1 \xe9'])(
  'refuses the key %j',
  (key) => {
    expect(codeFor(key)).toBe('invalid-header');
  },
);

it.each(['a', 'a'.repeat(255), 'with space', 'build/17/e2e'])('takes the key %j', (key) => {
  expect(codeFor(key)).toBe('fine');
});
