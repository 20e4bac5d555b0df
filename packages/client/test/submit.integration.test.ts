import { Failure, problemDetails } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import { createClient, ServerUnreachable } from '../src/index.ts';
import { json, scriptedServer } from './support/scripted-server.ts';
import { ACCEPTED, ID } from './support/views.ts';

const SPEC = { command: ['true'] };
const BUSY = problemDetails(new Failure('overloaded', 'the stream is full'));

const keysOf = (seen: readonly { headers: Record<string, unknown> }[]): unknown[] =>
  seen.map(({ headers }) => headers['idempotency-key']);

describe('submit', () => {
  test('sends the spec with the token and the trace context, and returns what was accepted', async () => {
    await using server = await scriptedServer((_, response) => json(response, 202, ACCEPTED));
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    const accepted = await createClient({ url: `${server.url}/`, token: 't0k' }).submit(SPEC, { traceparent });
    expect(accepted.id).toBe(ID);
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/v1/evaluations', body: '{"command":["true"]}' });
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer t0k', traceparent });
  });

  test('is sent again when the server is busy, with the same idempotency key', async () => {
    await using server = await scriptedServer((_, response, nth) =>
      nth < 2 ? json(response, 503, BUSY, { 'retry-after': '0' }) : json(response, 202, ACCEPTED),
    );
    const told: string[] = [];
    const accepted = await createClient(server).submit(SPEC, { onRetry: (error) => told.push(error.message) });
    expect(accepted.id).toBe(ID);
    expect(told).toEqual(['the stream is full', 'the stream is full']);
    expect(new Set(keysOf(server.seen)).size).toBe(1);
    expect(server.seen[0]?.headers['idempotency-key']).toMatch(/.{16,}/);
  });

  test('is sent again with the same key when the connection breaks before the answer', async () => {
    await using server = await scriptedServer((_, response, nth) =>
      nth === 0 ? void response.destroy() : json(response, 202, ACCEPTED),
    );
    await createClient(server).submit(SPEC, { idempotencyKey: 'mine' });
    expect(keysOf(server.seen)).toEqual(['mine', 'mine']);
  });

  test('gives two submissions two keys', async () => {
    await using server = await scriptedServer((_, response) => json(response, 202, ACCEPTED));
    const client = createClient(server);
    await client.submit(SPEC);
    await client.submit(SPEC);
    expect(new Set(keysOf(server.seen)).size).toBe(2);
  });

  test.each(['', ' ', 'a\nb', 'ключ', 'x'.repeat(256)])(
    'refuses %j as a key, and asks nobody',
    async (idempotencyKey) => {
      await using server = await scriptedServer((_, response) => json(response, 202, ACCEPTED));
      await expect(createClient(server).submit(SPEC, { idempotencyKey })).rejects.toMatchObject({
        code: 'invalid-header',
        message: expect.stringContaining('1 to 255 printable characters of ASCII') as string,
      });
      expect(server.seen).toEqual([]);
    },
  );

  test('does not wait longer than its patience, and says for how long the server asked', async () => {
    await using server = await scriptedServer((_, response) => json(response, 503, BUSY, { 'retry-after': '3600' }));
    const failed = createClient(server).submit(SPEC);
    await expect(failed).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 3_600_000 });
    expect(server.seen).toHaveLength(1);
  });

  test('is not sent again when the spec is refused; the failure has its code and every problem', async () => {
    const problems = [{ where: '/timeout', message: 'must be a duration such as 90s, 10m or 1.5h' }];
    const refusal = new Failure('invalid-spec', '/timeout: must be a duration', { problems });
    await using server = await scriptedServer((_, response) => json(response, 400, problemDetails(refusal)));
    const failed = createClient(server).submit(SPEC);
    await expect(failed).rejects.toBeInstanceOf(Failure);
    await expect(failed).rejects.toMatchObject({ code: 'invalid-spec', message: refusal.message, problems });
    expect(server.seen).toHaveLength(1);
  });

  test('to an address where nobody listens fails at once, and says how to start a server', async () => {
    const { url, vanish } = await scriptedServer(() => {});
    await vanish();
    const failed = createClient({ url }).submit(SPEC);
    await expect(failed).rejects.toBeInstanceOf(ServerUnreachable);
    await expect(failed).rejects.toMatchObject({
      kind: 'refused',
      message: `no Lacuna server answers at ${url} (connection refused); start it with: npm start`,
    });
  });

  test('to a server that does not speak TLS fails at once', async () => {
    await using server = await scriptedServer((_, response) => json(response, 202, ACCEPTED));
    const failed = createClient({ url: server.url.replace('http:', 'https:') }).submit(SPEC);
    await expect(failed).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no secure connection: ERR_SSL_WRONG_VERSION_NUMBER') as string,
    });
  });

  test.for([1, 9])('to port %i, which no HTTP client asks, fails at once, and says so', async (port) => {
    const failed = createClient({ url: `http://127.0.0.1:${port}` }).submit(SPEC);
    await expect(failed).rejects.toMatchObject({
      code: 'invalid-config',
      message: `the port of http://127.0.0.1:${port} is one that HTTP clients refuse, because it belongs to another protocol; give the port of a Lacuna server, such as 4280`,
    });
  });

  test('of a batch gives one result an item, in order', async () => {
    const refused = problemDetails(new Failure('too-large', 'the spec has 300000 bytes'));
    await using server = await scriptedServer((_, response) => json(response, 200, { items: [ACCEPTED, refused] }));
    const results = await createClient(server).submitBatch([SPEC, SPEC]);
    expect(results[0]).toMatchObject({ kind: 'accepted', accepted: { id: ID } });
    expect(results[1]).toMatchObject({ kind: 'refused', failure: { code: 'too-large' } });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toHaveLength(2);
  });
});

describe('an answer that is not ours', () => {
  test('of a proxy is shown with its first words, and counts as busy', async () => {
    await using server = await scriptedServer(
      (_, response) => void response.writeHead(502).end('<h1>Bad\n gateway</h1>'),
    );
    const failed = createClient(server).get(ID);
    await expect(failed).rejects.toMatchObject({
      code: 'overloaded',
      message: `${server.url} answered 502, but not as Lacuna does: <h1>Bad gateway</h1>`,
    });
  });

  test('that is not JSON asks whether this is a Lacuna server', async () => {
    await using server = await scriptedServer((_, response) => void response.end('hello'));
    await expect(createClient(server).get(ID)).rejects.toThrow(/is it a Lacuna server\?/);
  });

  test('with a code from the future is understood by its status', async () => {
    const body = { code: 'brand-new', detail: 'something new' };
    await using server = await scriptedServer((_, response) => json(response, 404, body));
    await expect(createClient(server).get(ID)).rejects.toMatchObject({ code: 'not-found', message: 'something new' });
  });
});

test('an address that is not a URL is refused before anything is sent', () => {
  expect(() => createClient({ url: 'localhost:4280' })).toThrow(/not a URL such as http/);
});

test('an address or a token that can not be sent is refused before, and no secret is shown', () => {
  const url = 'http://127.0.0.1:4280';
  expect(() => createClient({ url: 'http://me:secret@127.0.0.1' })).toThrow(/^the address has a user or a password/);
  expect(() => createClient({ url, token: 'secret\n' })).toThrow(/^the token has a blank, a newline(?!.*secret)/);
});
