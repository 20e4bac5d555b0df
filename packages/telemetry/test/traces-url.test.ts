import { expect, it } from 'vitest';
import { tracesUrl } from '../src/traces-url.ts';

it.each([
  ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
  ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
  ['http://collector/otlp', 'http://collector/otlp/v1/traces'],
  ['http://collector/v1/traces', 'http://collector/v1/traces'],
  ['https://collector/ingest?key=a', 'https://collector/ingest/v1/traces?key=a'],
])('%s receives spans at %s', (base, url) => {
  expect(tracesUrl(base)).toBe(url);
});
