import { expect, it } from 'vitest';
import { Failure } from '@lacuna/contracts';
import { assertLoopbackOrAuth } from '../src/index.ts';

it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]', '::ffff:127.0.0.1'])(
  '%s needs no authentication',
  (host) => {
    expect(() => assertLoopbackOrAuth(host, false)).not.toThrow();
  },
);

it.each([
  '0.0.0.0',
  '::',
  '',
  '10.0.0.7',
  'example.org',
  'localhost.example.org',
  '127.0.0.1.example.org',
  '128.0.0.1',
])('%j is refused without authentication', (host) => {
  expect(() => assertLoopbackOrAuth(host, false)).toThrow(Failure);
  expect(() => assertLoopbackOrAuth(host, false)).toThrow(/bind to 127\.0\.0\.1, or configure tokens/);
  expect(() => assertLoopbackOrAuth(host, true)).not.toThrow();
});
