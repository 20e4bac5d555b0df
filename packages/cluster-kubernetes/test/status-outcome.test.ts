import type { JobRequest } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { requestAnnotation } from '../src/identity.ts';
import { outcomeOfCreate, outcomeOfLook } from '../src/status-outcome.ts';
import { at, JOB, meta, ms, REQUEST } from './objects.ts';

const status = (message: string, details: object = {}) => ({ kind: 'Status', message, details });
const EXCEEDED =
  'exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5';
const named = { name: JOB, kind: 'jobs' };

describe('the answer to a create', () => {
  test.each([
    [201, { metadata: { uid: 'u', creationTimestamp: at(1) } }, { kind: 'created', uid: 'u', at: ms(1) }],
    [201, '<html>', { kind: 'look' }],
    [301, '', { kind: 'unavailable' }],
    [400, status('admission webhook denied the request'), { kind: 'denied' }],
    [401, status('Unauthorized'), { kind: 'unavailable' }],
    [403, status('User "x" cannot create resource "jobs"', { kind: 'jobs' }), { kind: 'unavailable' }],
    [403, status('forbidden: violates policy', named), { kind: 'denied' }],
    [403, { kind: 'Status', message: 'admission webhook "x" denied the request: no' }, { kind: 'denied' }],
    [403, '<html>no entry</html>', { kind: 'unavailable' }],
    [
      403,
      status('being terminated', { ...named, causes: [{ reason: 'NamespaceTerminating' }] }),
      { kind: 'unavailable' },
    ],
    [403, status(`forbidden: ${EXCEEDED}`, named), { kind: 'quota' }],
    [404, status('namespaces "x" not found', { name: 'x', kind: 'namespaces' }), { kind: 'unavailable' }],
    [408, '', { kind: 'look' }],
    [409, status('already exists', named), { kind: 'look' }],
    [413, 'request entity too large', { kind: 'denied', message: '413: request entity too large' }],
    [422, status('is invalid', named), { kind: 'denied', message: '422: is invalid' }],
    [429, 'Too many requests, please try again later.\n', { kind: 'throttled', retryAfterMs: 1_000 }],
    [500, status('etcdserver: request timed out'), { kind: 'look' }],
    [502, '<html>', { kind: 'look' }],
    [503, status('shutting down'), { kind: 'look' }],
    [504, status('Timeout'), { kind: 'look' }],
  ])('%i with %j means %j', (code, body, expected) => {
    expect(outcomeOfCreate({ status: code, body })).toMatchObject(expected);
  });

  test('Retry-After is passed on', () => {
    expect(outcomeOfCreate({ status: 429, body: '', retryAfterMs: 7_000 })).toMatchObject({ retryAfterMs: 7_000 });
  });
});

describe('reading the name back', () => {
  const found = (request: JobRequest, more = {}) => ({
    metadata: meta(JOB, '5', { annotations: { 'lacuna.dev/request': requestAnnotation(request) }, ...more }),
  });

  test.each([
    ['the same request', 200, found(REQUEST), { kind: 'adopted', uid: `uid-of-${JOB}`, at: ms(0) }],
    ['another spec', 200, found({ ...REQUEST, specHash: 'b'.repeat(64) }), { kind: 'collision' }],
    ['another attempt', 200, found({ ...REQUEST, attempt: 2 }), { kind: 'collision' }],
    ['an object that is not ours', 200, { metadata: { uid: 'u' } }, { kind: 'collision' }],
    [
      'a broken annotation',
      200,
      { metadata: { uid: 'u', annotations: { 'lacuna.dev/request': '{' } } },
      { kind: 'collision' },
    ],
    ['ours, being deleted', 200, found(REQUEST, { deletionTimestamp: at(9) }), { kind: 'unavailable' }],
    [
      'nothing',
      404,
      status('not found'),
      { kind: 'unavailable', message: 'lost; read back: there is no such Job yet' },
    ],
    ['a failing server', 500, status('no leader'), { kind: 'unavailable', message: 'lost; read back: 500: no leader' }],
    ['no object', 200, 'hello', { kind: 'unavailable' }],
    ['too many requests', 429, 'slow down', { kind: 'throttled', message: '429: slow down', retryAfterMs: 1_000 }],
    ['ours, but with an answer that says it is not', 404, found(REQUEST), { kind: 'unavailable' }],
  ])('%s', (_, code, body, expected) => {
    expect(outcomeOfLook({ status: code, body }, REQUEST, 'lost')).toMatchObject(expected);
  });

  test('and when to ask again', () => {
    const asked = outcomeOfLook({ status: 429, body: '', retryAfterMs: 7_000 }, REQUEST, 'lost');
    expect(asked).toMatchObject({ retryAfterMs: 7_000 });
  });

  test('in words: what has the name, or that it is being deleted', () => {
    const said = (body: object) => outcomeOfLook({ status: 200, body }, REQUEST, 'lost');
    expect(said(found({ ...REQUEST, attempt: 2 }))).toMatchObject({
      message: expect.stringMatching(`^another Job has the name ${JOB}: uid `) as string,
    });
    expect(said(found(REQUEST, { deletionTimestamp: at(9) }))).toMatchObject({
      message: `the Job ${JOB} is being deleted`,
    });
  });
});

test('every answer that is no Job says why, in the words of the server', () => {
  const told = (code: number, body: unknown) => outcomeOfCreate({ status: code, body });
  expect(told(200, { metadata: { uid: 'u' } })).toMatchObject({ kind: 'created' });
  expect(told(299, { metadata: { uid: 'u' } })).toMatchObject({ kind: 'created' });
  expect(told(300, { metadata: { uid: 'u' } })).toMatchObject({ kind: 'unavailable', message: '300' });
  expect(told(100, { metadata: { uid: 'u' } })).toMatchObject({ kind: 'unavailable' });
  expect(told(500, status('no leader'))).toEqual({ kind: 'look', because: '500: no leader' });
  expect(told(201, 'hello')).toEqual({ kind: 'look', because: '201: hello, and no Job in the answer' });
  expect(told(429, 'slow down')).toEqual({ kind: 'throttled', message: '429: slow down', retryAfterMs: 1_000 });
  expect(told(403, status(`forbidden: ${EXCEEDED}`, named))).toEqual({
    kind: 'quota',
    message: `403: forbidden: ${EXCEEDED}`,
    retryAfterMs: 5_000,
  });
  expect(told(403, status('violates policy', named))).toEqual({ kind: 'denied', message: '403: violates policy' });
  expect(told(401, status('who?'))).toEqual({ kind: 'unavailable', message: '401: who?' });
});
