import { createHash } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { EvaluationView } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { eventually, tempDir } from '@lacuna/testing';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptedSchema,
  batchAnswerSchema,
  cancelledSchema,
  evaluationSchema,
  pageSchema,
  problemSchema,
} from '../src/http/answer-schemas.ts';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

let submit: SubmitFixture;
let url: string;
beforeAll(async () => {
  submit = await startSubmit({
    env: { LACUNA_JAEGER_URL: 'http://127.0.0.1:16686/', LACUNA_DEADLINES: 'pod.create=7s' },
  });
  url = `${submit.url}/v1/evaluations`;
});
afterAll(() => submit[Symbol.asyncDispose]());

const SPEC = { command: ['true'] };

describe('one evaluation', () => {
  it('is shown as the stream has it at that moment, with its stages, its deadlines and where to look', async () => {
    const { body: accepted } = await call(url, { body: SPEC });
    const { body: queued } = await call<EvaluationView>(`${url}/${accepted.id}`);
    expect(queued).toMatchObject({ id: accepted.id, phase: 'queued', links: accepted.links });
    expect(accepted.links.trace).toBe(`http://127.0.0.1:16686/trace/${accepted.traceId}`);
    const story = new Story(accepted.id, queued.submittedAt + 5).jobCreated();
    await tell(submit.bus, story);
    const { body: view } = await call<EvaluationView>(`${url}/${accepted.id}`);
    expect(view.phase).toBe('provisioning');
    const pod = view.attempts[0]?.stages.find(({ stage }) => stage === 'pod.create');
    expect(pod).toMatchObject({ outcome: 'open', from: story.begin, deadline: story.begin + 7_000 });
  });

  it.each(['ev-1', 'nonsense', '..%2f..%2fetc', testId(200), 'batch', 'a'.repeat(300), '*', '>', '%00'])(
    '%s is not found',
    async (id) => {
      expect(await call(`${url}/${id}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    },
  );

  it('can be cancelled in any phase, more than once, and then its cancellation is a fact with the reason', async () => {
    const { body: accepted } = await call(url, { body: SPEC });
    const cancel = () => call(`${url}/${accepted.id}?reason=no%20more`, { method: 'DELETE' });
    expect(await cancel()).toMatchObject({ status: 202, body: { id: accepted.id, phase: 'queued' } });
    expect(await cancel()).toMatchObject({ status: 202 });
    const facts = (await submit.bus.readFacts(accepted.id)).map(({ fact }) => fact);
    expect(facts).toMatchObject([{ type: 'submitted' }, { type: 'cancel-requested', data: { reason: 'no more' } }]);
  });

  it('can not be cancelled when it is settled, when there is none, or with an endless reason', async () => {
    const story = new Story(testId(77)).submitted();
    story.tell('settled', { verdict: 'passed', reason: '', evidenceAt: 1, notOwed: [], evidence: { absent: [] } });
    await tell(submit.bus, story);
    const cancel = (path: string) => call(`${url}/${path}`, { method: 'DELETE' });
    expect(await cancel(story.id)).toMatchObject({ status: 409, body: { code: 'already-settled' } });
    expect(await cancel(testId(201))).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await cancel(`${story.id}?reason=${'x'.repeat(1_025)}`)).toMatchObject({ body: { code: 'invalid-query' } });
  });
});

describe('the API description', () => {
  interface Description {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, unknown>>;
  }

  it('names every route there is, and no other', async () => {
    const { body } = await call<Description>(`${submit.url}/openapi.json`);
    expect(body.openapi).toBe('3.1.0');
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([
      'DELETE /v1/evaluations/{id}',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /v1/diagnosis',
      'GET /v1/evaluations',
      'GET /v1/evaluations/{id}',
      'GET /v1/evaluations/{id}/diagnosis',
      'GET /v1/evaluations/{id}/events',
      'GET /v1/evaluations/{id}/log',
      'GET /v1/evaluations/{id}/run',
      'GET /v1/events',
      'POST /v1/evaluations',
      'POST /v1/evaluations/batch',
    ]);
    for (const [path, methods] of Object.entries(body.paths)) {
      const { headers } = await call(`${submit.url}${path.replace('{id}', testId())}`, { method: 'PATCH' });
      const allowed = headers.get('allow')?.toLowerCase().split(', ');
      expect(allowed, path).toEqual(expect.arrayContaining(Object.keys(methods)));
    }
  });

  it('is true: every answer is as it says, with no field that it does not know', async () => {
    const { body: accepted } = await call(url, { body: { ...SPEC, labels: { a: 'b' }, env: { A: '1' } } });
    const story = new Story(accepted.id).jobCreated().podCreated().podScheduled().started().after(5).ended();
    const hole = { stage: 'pod.create', cause: 'missing', reason: 'r', since: 1, notOwed: [] } as const;
    story
      .logClosed()
      .reportRead({ passed: 1 })
      .tell('finding-raised', { ...hole, notOwed: [] });
    story.tell('settled', {
      verdict: 'passed',
      reason: '',
      evidenceAt: 1,
      notOwed: [],
      evidence: { absent: [], exitCode: 0 },
    });
    await tell(submit.bus, story);
    await eventually(
      'listed',
      async () => (await call<{ items: unknown[] }>(`${url}?label=a=b&phase=settled`)).body.items.length === 1,
    );
    const problems = (schema: object, value: unknown) =>
      Compile(schema)
        .Errors(value)
        .map((error) => `${error.instancePath} ${error.message}`);
    expect(problems(acceptedSchema, accepted)).toEqual([]);
    expect(problems(pageSchema, (await call(`${url}?limit=1`)).body)).toEqual([]);
    expect(problems(evaluationSchema, (await call(`${url}/${accepted.id}`)).body)).toEqual([]);
    expect(problems(batchAnswerSchema, (await call(`${url}/batch`, { body: [SPEC, {}] })).body)).toEqual([]);
    expect(problems(problemSchema, (await call(url, { body: {} })).body)).toEqual([]);
    const { body: other } = await call(url, { body: SPEC });
    expect(problems(cancelledSchema, (await call(`${url}/${other.id}`, { method: 'DELETE' })).body)).toEqual([]);
    expect(problems(evaluationSchema, { ...other })).not.toEqual([]);
  });

  it('can be browsed', async () => {
    const docs = await fetch(`${submit.url}/docs`);
    expect(await docs.text()).toContain('swagger-ui');
    expect((await fetch(`${submit.url}/docs/static/swagger-ui-bundle.js`)).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each([
    ['a path that is not there', 'GET', '/v2/evaluations', 404, 'not-found'],
    ['a path that is no URL', 'GET', '/v1/evaluations/%zz', 404, 'not-found'],
    ['a method that the path does not know', 'PUT', '/v1/evaluations', 405, 'method-not-allowed'],
    ['a preflight of another site', 'OPTIONS', '/v1/evaluations', 405, 'method-not-allowed'],
    ['diagnosis, which is not there yet', 'GET', `/v1/evaluations/${testId()}/diagnosis`, 404, 'not-found'],
  ])('to %s is a problem document', async (...[, method, path, status, code]) => {
    const answer = await call(`${submit.url}${path}`, { method });
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('to a wrong method says which ones are known', async () => {
    const { headers } = await call(url, { method: 'PUT' });
    expect(headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
  });

  it('to HEAD is the head of what GET answers, and no stream that is followed', async () => {
    const { body } = await call<{ readonly paths: Record<string, object> }>(`${submit.url}/openapi.json`);
    const { body: accepted } = await call(url, { body: SPEC });
    const paths = Object.entries(body.paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
    for (const path of [...paths, '/openapi.json', '/']) {
      const { status, headers, bytes } = await headOf(`${submit.url}${path.replace('{id}', accepted.id)}`);
      const got = await fetch(`${submit.url}${path.replace('{id}', accepted.id)}`);
      await got.body?.cancel();
      expect.soft([path, status, bytes]).toEqual([path, got.status, 0]);
      expect.soft(headers.get('content-type'), path).toBe(got.headers.get('content-type'));
      expect.soft(headers.has('content-length'), path).toBe(!path.endsWith('/events'));
    }
    const { status } = await headOf(`${url}/${testId()}`);
    expect(status).toBe(404);
  });

  it('to what is not HTTP is a problem document too', async () => {
    const socket = connectSocket(Number(new URL(submit.url).port), '127.0.0.1');
    socket.end('HELLO\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"invalid-header"/);
  });

  it('can not be shown in a frame, nor taken for another type', async () => {
    for (const path of ['/', '/v1/evaluations', '/nothing', '/docs', '/metrics']) {
      const { headers } = await fetch(`${submit.url}${path}`);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    }
  });

  it('to a name of another site is a refusal, for a page of it could be behind that', async () => {
    const socket = connectSocket(Number(new URL(submit.url).port), '127.0.0.1');
    const body = JSON.stringify(SPEC);
    socket.write(
      `POST /v1/evaluations HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('the page', () => {
  it('is there, with everything that it loads', async () => {
    const html = await (await fetch(submit.url)).text();
    const loaded = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(loaded.length).toBeGreaterThan(0);
    for (const path of loaded) expect((await fetch(`${submit.url}${path}`)).status, path).toBe(200);
  });
});

describe('with tokens', () => {
  it('whoever has one is let in; probes and the page are open to all', async () => {
    await using dir = await tempDir();
    const tokensFile = join(dir.path, 'tokens');
    await writeFile(tokensFile, `${createHash('sha256').update('s3cret').digest('hex')}\n`);
    await using secured = await startSubmit({ env: { LACUNA_TOKENS_FILE: tokensFile, LACUNA_HOST: '0.0.0.0' } });
    const refused = await call(`${secured.url}/v1/evaluations`, { body: SPEC });
    expect(refused).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer, Basic realm=/);
    const headers = { authorization: 'Bearer s3cret' };
    expect((await call(`${secured.url}/v1/evaluations`, { body: SPEC, headers })).status).toBe(202);
    const statuses = async (...paths: string[]) =>
      Promise.all(paths.map(async (path) => (await call(`${secured.url}${path}`)).status));
    expect(await statuses('/healthz', '/readyz', '/')).toEqual([200, 200, 200]);
    expect(await statuses('/metrics', '/v1/events', '/docs', '/nothing')).toEqual([401, 401, 401, 401]);
    expect(secured.log.join('')).not.toContain('s3cret');
  });

  it('and only with them it listens where others can reach it', async () => {
    await expect(startSubmit({ env: { LACUNA_HOST: '0.0.0.0' } })).rejects.toThrow(/refusing to listen/);
  });
});

async function headOf(address: string): Promise<{ status: number; headers: Headers; bytes: number }> {
  const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, headers: answer.headers, bytes: (await answer.bytes()).length };
}
