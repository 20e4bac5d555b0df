import { eventually } from '@lacuna/testing';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { streamReply, untilGone, type StreamOptions } from '../src/http/stream-reply.ts';

/** A server that streams what the test tells it to. */
async function serving(source: (signal: AbortSignal) => AsyncIterable<string>, options: Partial<StreamOptions> = {}) {
  const app = fastify();
  const stopping = new AbortController();
  const cuts: unknown[] = [];
  app.get('/', async (_, reply) => {
    const signal = untilGone(reply, stopping.signal);
    const onCut = (error: unknown): void => void cuts.push(error);
    return streamReply(reply, source(signal), { headers: {}, stopping: stopping.signal, onCut, ...options });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, cuts, stopping, [Symbol.asyncDispose]: () => app.close() };
}

/** Nothing more, until the signal aborts. */
async function* silence(signal: AbortSignal): AsyncGenerator<string> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  yield* [];
}

describe('a streamed answer', () => {
  it('has its head at once, and a heartbeat while nothing comes', async () => {
    await using server = await serving(silence, {
      headers: { connection: 'close' },
      heartbeat: { everyMs: 5, text: ':\n\n' },
    });
    const response = await fetch(server.url);
    const reader = response.body!.getReader();
    for (let beat = 0; beat < 3; beat++)
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain(':\n\n');
    server.stopping.abort();
    await reader.cancel();
    expect(server.cuts).toEqual([]);
  });

  it('is cut when its source fails, so that nobody takes it for whole, and that is told', async () => {
    const error = new Error('source broke');
    await using server = await serving(async function* () {
      yield 'a part';
      throw error;
    });
    const response = await fetch(server.url);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(server.cuts).toEqual([error]);
  });

  it("ends its source when the client goes away, and that is nobody's fault", async () => {
    let ended = false;
    await using server = await serving(async function* (signal) {
      yield 'begun';
      yield* silence(signal);
      ended = true;
    });
    const client = new AbortController();
    const response = await fetch(server.url, { signal: client.signal });
    await response.body!.getReader().read();
    client.abort();
    await eventually('the source has ended', () => ended);
    expect(server.cuts).toEqual([]);
  });

  it('is cut off from a client that takes nothing, and that is told; not from one that there is nothing for', async () => {
    await using quiet = await serving(silence, { stalledMs: 200 });
    const waiting = await fetch(quiet.url);
    await using server = await serving(
      async function* () {
        for (;;) yield 'x'.repeat(1_000_000);
      },
      { stalledMs: 200 },
    );
    const response = await fetch(server.url);
    const [cut] = await eventually('it is cut', () => server.cuts.length > 0 && server.cuts);
    expect(cut).toMatchObject({ code: 'overloaded', message: 'the client took nothing for 0.2 s' });
    await expect(response.text()).rejects.toThrow('terminated');
    expect(quiet.cuts).toEqual([]);
    quiet.stopping.abort();
    expect(await waiting.text()).toBe('');
  });

  it('does not hold up the stop when its client has stopped reading', async () => {
    const server = await serving(async function* () {
      for (;;) yield 'x'.repeat(1_000_000);
    });
    const response = await fetch(server.url);
    const begin = performance.now();
    server.stopping.abort();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(10_000);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});
