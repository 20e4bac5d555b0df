import { expect, it } from 'vitest';
import { Failure, SUBJECTS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { RequestHandler } from '../src/serve.ts';
import { startBus, type BusFixture } from './bus-fixture.ts';

async function serving(
  fixture: BusFixture,
  handler: RequestHandler,
): Promise<AsyncDisposable & { readonly bugs: unknown[] }> {
  const stop = new AbortController();
  const bugs: unknown[] = [];
  const endpoint = {
    name: 'lacuna',
    version: '1.2.3',
    description: 'Takes evaluations.',
    subject: SUBJECTS.submit,
    queue: 'submit',
    onBug: (error: unknown): void => void bugs.push(error),
  };
  const run = fixture.bus.serve(endpoint, handler, stop.signal);
  await eventually('it is registered', () => fixture.raw.client.request('$SRV.PING.lacuna', '', { timeout: 200 }));
  return {
    bugs,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await run;
    },
  };
}

it('answers requests, with the headers that came along at hand', async () => {
  await using fixture = await startBus();
  await using _ = await serving(fixture, async (bytes, headers) => ({
    bytes: Buffer.from(`${Buffer.from(bytes).toString()} ${headers.get('idempotency-key')} ${headers.get('absent')}`),
    headers: { 'content-type': 'text/plain' },
  }));
  const { headers } = await import('nats');
  const sent = headers();
  sent.set('Idempotency-Key', 'k1');
  const reply = await fixture.raw.client.request(SUBJECTS.submit, 'hello', { timeout: 20_000, headers: sent });
  expect(reply.string()).toBe('hello k1 undefined');
  expect(reply.headers?.get('content-type')).toBe('text/plain');
});

it('answers a failure with its problem document, and anything else with no more than that there is a bug', async () => {
  await using fixture = await startBus();
  const error = new TypeError('secret detail');
  await using service = await serving(fixture, async (bytes) => {
    throw bytes.length > 0 ? new Failure('overloaded', 'full', { retryAfterMs: 1_500 }) : error;
  });
  const refused = await fixture.raw.client.request(SUBJECTS.submit, 'x', { timeout: 20_000 });
  expect(refused.json()).toMatchObject({ code: 'overloaded', status: 503, detail: 'full' });
  expect(refused.headers?.get('Nats-Service-Error-Code')).toBe('503');
  expect(refused.headers?.get('Nats-Service-Error')).toBe('overloaded');
  expect(refused.headers?.get('Retry-After')).toBe('2');
  const broken = await fixture.raw.client.request(SUBJECTS.submit, '', { timeout: 20_000 });
  expect(broken.json()).toMatchObject({ code: 'bug', status: 500 });
  expect(broken.string()).not.toContain('secret');
  expect(service.bugs).toEqual([error]);
});

it('is found by the tools of NATS, with its version and endpoint', async () => {
  await using fixture = await startBus();
  await using _ = await serving(fixture, async (bytes) => ({ bytes }));
  const info = await fixture.raw.client.request('$SRV.INFO.lacuna', '', { timeout: 20_000 });
  expect(info.json()).toMatchObject({
    name: 'lacuna',
    version: '1.2.3',
    description: 'Takes evaluations.',
    endpoints: [{ subject: SUBJECTS.submit, queue_group: 'submit' }],
  });
});

it('when stopped, answers what has arrived, and then a request finds nobody at once', async () => {
  await using fixture = await startBus();
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const service = await serving(fixture, async (bytes) => {
    begun.resolve();
    await finish.promise;
    return { bytes };
  });
  const reply = fixture.raw.client.request(SUBJECTS.submit, 'hello', { timeout: 5_000 });
  await begun.promise;
  const stopped = service[Symbol.asyncDispose]();
  finish.resolve();
  await stopped;
  expect((await reply).string()).toBe('hello');
  await expect(fixture.raw.client.request(SUBJECTS.submit, 'x', { timeout: 5_000 })).rejects.toMatchObject({
    code: '503',
  });
});
