import { evaluationIdForKey, SPEC_LIMITS, traceIdOf, type ProblemDetails } from '@lacuna/contracts';
import { headers as natsHeaders, type Msg } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/call.ts';
import { envOf } from './support/env-of.ts';
import { messagesIn } from './support/stream-state.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';

let submit: SubmitFixture;
let url: string;
beforeAll(async () => {
  submit = await startSubmit();
  url = `${submit.url}/v1/evaluations`;
});
afterAll(() => submit[Symbol.asyncDispose]());

function request(body: string | Uint8Array, fields: Record<string, string> = {}): Promise<Msg> {
  const sent = natsHeaders();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return submit.raw.request('lacuna.submit.v1', body, { timeout: 60_000, headers: sent });
}

const SPEC = { name: 'hello', command: ['echo', 'hello'] };

describe('an accepted submission', () => {
  it('is in the stream when the answer comes, and the answer says where to look', async () => {
    const { status, headers, body } = await call(url, { body: SPEC });
    expect(status).toBe(202);
    const self = `${url}/${body.id}`;
    const links = { self, log: `${self}/log`, events: `${self}/events`, trace: traceIdOf(body.id) };
    expect(body).toEqual({ id: body.id, traceId: traceIdOf(body.id), phase: 'queued', links });
    expect(headers.get('location')).toBe(self);
    const [submitted] = await submit.bus.readFacts(body.id);
    expect(submitted?.fact).toMatchObject({ type: 'submitted', data: { spec: SPEC, via: 'http' } });
    // Two clocks, of the service and of the stream, of which ours is set when it is off by more than this.
    expect(submitted!.storedAt - submitted!.fact.at).toBeGreaterThan(-100);
  });

  it('over NATS has the same answer', async () => {
    const reply = await request(JSON.stringify(SPEC), { 'Nats-Msg-Id': 'same-answer' });
    const id = evaluationIdForKey('same-answer');
    expect(reply.json()).toEqual((await call(url, { body: SPEC, headers: { 'idempotency-key': 'same-answer' } })).body);
    expect(reply.json()).toMatchObject({ id });
    expect(reply.headers?.get('Nats-Service-Error')).toBe('');
    expect((await submit.bus.readFacts(id))[0]?.fact.data).toMatchObject({ via: 'nats' });
  });

  it.each(['HTTP', 'NATS'])('over %s keeps the trace of its caller, and ignores one that is malformed', async (way) => {
    const submitWith = async (traceparent: string) =>
      way === 'HTTP'
        ? (await call(url, { body: SPEC, headers: { traceparent } })).body
        : (await request(JSON.stringify(SPEC), { traceparent })).json<{ id: never }>();
    const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const [known] = await submit.bus.readFacts((await submitWith(good)).id);
    expect(known?.fact.data).toMatchObject({ callerTraceparent: good });
    const [unknown] = await submit.bus.readFacts((await submitWith('00-garbage-01')).id);
    expect(unknown?.fact.data).not.toHaveProperty('callerTraceparent');
  });

  it('has its env values beside the facts, never in them', async () => {
    const { body } = await call(url, { body: { ...SPEC, env: { TOKEN: 'canary-77' } } });
    expect(await envOf(submit.bus, body.id)).toEqual({ TOKEN: 'canary-77' });
    expect(JSON.stringify(await submit.bus.readFacts(body.id))).not.toContain('canary-77');
    expect(submit.log.join('')).not.toContain('canary-77');
  });
});

describe('one idempotency key', () => {
  it('is one evaluation, though it comes fifty times at once and over both ways', async () => {
    const before = await messagesIn(submit.raw, 'LACUNA_FACTS');
    const body = { ...SPEC, env: { A: '1' } };
    const headers = { 'idempotency-key': 'fifty' };
    const answers = await Promise.all([
      ...Array.from({ length: 25 }, async () => (await call(url, { body, headers })).body.id),
      ...Array.from(
        { length: 25 },
        async () => (await request(JSON.stringify(body), { 'Nats-Msg-Id': 'fifty' })).json<{ id: never }>().id,
      ),
    ]);
    expect(new Set(answers)).toEqual(new Set([evaluationIdForKey('fifty')]));
    expect((await messagesIn(submit.raw, 'LACUNA_FACTS')) - before).toBe(1);
    expect(await envOf(submit.bus, evaluationIdForKey('fifty'))).toEqual({ A: '1' });
  });

  it('with another body is a conflict, over both ways, and what was accepted stays', async () => {
    const headers = { 'idempotency-key': 'conflict' };
    expect((await call(url, { body: SPEC, headers })).status).toBe(202);
    const other = { command: ['other'] };
    const refused = await call(url, { body: other, headers });
    expect(refused).toMatchObject({ status: 409, body: { code: 'idempotency-conflict', status: 409 } });
    const reply = await request(JSON.stringify(other), { 'Nats-Msg-Id': 'conflict' });
    expect(reply.json()).toMatchObject({ code: 'idempotency-conflict' });
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('409');
    const [submitted] = await submit.bus.readFacts(evaluationIdForKey('conflict'));
    expect(submitted?.fact.data).toMatchObject({ spec: SPEC });
  });
});

describe('what can not be accepted', () => {
  const big = JSON.stringify({ command: ['x', 'y'.repeat(130_000), 'z'.repeat(130_000)], name: 'n'.repeat(5_000) });
  const CASES: readonly [what: string, body: string | Uint8Array, code: string, status: number][] = [
    ['nothing', '', 'invalid-json', 400],
    ['half a JSON document', '{"command": [', 'invalid-json', 400],
    ['bytes that are no UTF-8', Buffer.from('7b22636f6d6d616e64223a5b22ff225d7d', 'hex'), 'invalid-encoding', 400],
    ['UTF-16', Buffer.from('{"command":["true"]}', 'utf16le'), 'invalid-json', 400],
    ['a list', '[]', 'invalid-spec', 400],
    ['null', 'null', 'invalid-spec', 400],
    ['an unknown field', '{"command":["true"],"imgae":"x"}', 'invalid-spec', 400],
    ['a spec without a command', '{}', 'invalid-spec', 400],
    ['a NUL in an argument', String.raw`{"command":["a\u0000b"]}`, 'invalid-spec', 400],
    ['a spec over the limit', big, 'too-large', 413],
  ];

  it.each(CASES)('%s is refused over HTTP and NATS alike', async (_, body, code, status) => {
    const http = await call<ProblemDetails>(url, { body });
    expect(http).toMatchObject({ status, body: { code, status } });
    expect(http.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const nats = await request(body);
    expect(nats.json()).toMatchObject({ code, status });
    expect(nats.headers?.get('Nats-Service-Error-Code')).toBe(String(status));
    expect(nats.headers?.get('Nats-Service-Error')).toBe(code);
  });

  // Over HTTP the limit is found out before the body is read, so the words differ there.
  it.each(CASES.filter(([, , code]) => code !== 'too-large'))(
    '%s is told in the same words by both',
    async (_, body) => {
      expect((await request(body)).json()).toEqual((await call(url, { body })).body);
    },
  );

  it('says where each problem is and what was probably meant', async () => {
    const { body } = await call(url, { body: { comand: ['x'], timeout: 'soon' } });
    const where = body.problems?.map((problem) => problem.where);
    expect(where).toEqual(expect.arrayContaining(['/command', '/comand', '/timeout']));
    expect(body.detail).toContain('did you mean "command"?');
  });

  it.each([
    ['an empty key', { 'idempotency-key': '' }, 400, 'invalid-header'],
    ['a key of 256 characters', { 'idempotency-key': 'k'.repeat(256) }, 400, 'invalid-header'],
    ['a key with a tab', { 'idempotency-key': 'a\tb' }, 400, 'invalid-header'],
    [
      'a key with bytes of UTF-8',
      { 'idempotency-key': Buffer.from('größe').toString('latin1') },
      400,
      'invalid-header',
    ],
    ['another content type', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['no content type', { 'content-type': '' }, 415, 'unsupported-media-type'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415, 'unsupported-media-type'],
  ])('with %s is refused', async (_, headers, status, code) => {
    const answer = await call(url, { body: JSON.stringify(SPEC), headers });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['256 characters', 'k'.repeat(256), 'has 256 characters; at most 255 are allowed'],
    ['an ö', 'größe', 'may hold only letters, digits, punctuation and spaces of ASCII (0x20 to 0x7e)'],
  ])('over NATS with a key of %s is refused', async (_, key, words) => {
    const reply = await request(JSON.stringify(SPEC), { 'Nats-Msg-Id': key });
    expect(reply.json()).toMatchObject({ code: 'invalid-header', detail: `Nats-Msg-Id ${words}` });
  });

  it('leaves nothing in the stream', async () => {
    const before = await messagesIn(submit.raw, 'LACUNA_FACTS');
    for (const [, body] of CASES) await call(url, { body });
    expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(before);
  });
});

describe('a batch', () => {
  it('accepts what can be accepted and refuses the rest, one result an item, in order; again the same', async () => {
    const body = [SPEC, { bad: 1 }, { command: ['two'], env: { A: '1' } }, 'text'];
    const post = () => call<{ items: object[] }>(`${url}/batch`, { body, headers: { 'idempotency-key': 'batch' } });
    const { status, body: answer } = await post();
    expect(status).toBe(200);
    expect(answer.items).toMatchObject([
      { status: 202, id: evaluationIdForKey('batch/0'), phase: 'queued' },
      { status: 400, code: 'invalid-spec' },
      { status: 202, id: evaluationIdForKey('batch/2') },
      { status: 400, code: 'invalid-spec' },
    ]);
    expect((await post()).body).toEqual(answer);
  });

  it('takes 1,000 specs at once', async () => {
    const before = await messagesIn(submit.raw, 'LACUNA_FACTS');
    const body = Array.from({ length: 1_000 }, (_, i) => ({ name: `n${i}`, command: ['true'] }));
    const { body: answer } = await call<{ items: { id: string }[] }>(`${url}/batch`, { body });
    expect(new Set(answer.items.map(({ id }) => id)).size).toBe(1_000);
    expect((await messagesIn(submit.raw, 'LACUNA_FACTS')) - before).toBe(1_000);
  });

  it.each([
    ['no list', '{"command":["true"]}', 400, 'invalid-spec'],
    ['1,001 specs', JSON.stringify(Array.from({ length: 1_001 }, () => SPEC)), 413, 'too-large'],
    ['8 MiB and more', `["${'x'.repeat(8 * 1024 * 1024)}"]`, 413, 'too-large'],
  ])('of %s is refused as a whole', async (_, body, status, code) => {
    expect(await call(`${url}/batch`, { body })).toMatchObject({ status, body: { code } });
  });

  it('may be larger than one spec, but none of its specs may', async () => {
    const fits = { command: ['x', 'y'.repeat(100_000)] };
    const over = { command: ['x', 'y'.repeat(100_000), 'y'.repeat(100_000), 'y'.repeat(100_000)] };
    const body = JSON.stringify([fits, fits, fits, over]);
    expect(body.length).toBeGreaterThan(SPEC_LIMITS.bytes);
    const { body: answer } = await call<{ items: object[] }>(`${url}/batch`, { body });
    expect(answer.items).toMatchObject([{ status: 202 }, { status: 202 }, { status: 202 }, { status: 413 }]);
  });
});

describe('the NATS service', () => {
  it('is found by the tools of NATS, under its name, with its endpoint and statistics', async () => {
    const info = await submit.raw.request('$SRV.INFO.lacuna', '', { timeout: 20_000 });
    expect(info.json()).toMatchObject({
      name: 'lacuna',
      version: '0.1.0',
      endpoints: [{ subject: 'lacuna.submit.v1', queue_group: 'submit' }],
    });
    await request(JSON.stringify(SPEC));
    const stats = await submit.raw.request('$SRV.STATS.lacuna', '', { timeout: 20_000 });
    expect(stats.json<{ endpoints: { num_requests: number }[] }>().endpoints[0]?.num_requests).toBeGreaterThan(0);
  });
});
