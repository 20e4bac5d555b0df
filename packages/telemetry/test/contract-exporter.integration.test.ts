import { describe, expect, it } from 'vitest';
import { defined } from '@lacuna/contracts';
import { openContractExporter } from '../src/index.ts';
import { contractSpan } from './support/contract-span.ts';
import { startHttpPeer, type PeerAnswer } from './support/http-peer.ts';

const never = new AbortController().signal;
const OK: PeerAnswer = { status: 200, headers: { 'content-type': 'application/x-protobuf' } };
const spans = (count: number) => Array.from({ length: count }, (_, i) => contractSpan('t', `span-${i}.`));

describe('export', () => {
  it('posts at most 512 spans a request, over kept connections, with the given headers', async () => {
    await using peer = await startHttpPeer(() => OK);
    const exporter = openContractExporter({ otlpUrl: peer.url, headers: { authorization: 'Bearer t' } });

    expect(await exporter.export(spans(1_100), never)).toEqual({ kind: 'accepted' });

    expect(peer.requests.map(({ url }) => url)).toEqual(['/v1/traces', '/v1/traces', '/v1/traces']);
    expect(peer.requests.map(({ body }) => body.toString('latin1').split('span-').length - 1)).toEqual([512, 512, 76]);
    expect(peer.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'content-type': 'application/x-protobuf',
    });
    expect(peer.connections()).toBeLessThan(peer.requests.length);
  });

  it('does nothing when there is nothing to export', async () => {
    await using peer = await startHttpPeer(() => OK);
    expect(await openContractExporter({ otlpUrl: peer.url }).export([], never)).toEqual({ kind: 'accepted' });
    expect(peer.requests).toHaveLength(0);
  });

  it('splits a request that would be over 4 MiB', async () => {
    await using peer = await startHttpPeer(() => OK);
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, 'x'.repeat(5_000)]));
    const many = spans(200).map((span) => ({ ...span, attributes: wide }));

    await openContractExporter({ otlpUrl: peer.url }).export(many, never);

    expect(peer.requests.length).toBeGreaterThan(1);
    for (const { body } of peer.requests) expect(body.byteLength).toBeLessThanOrEqual(4 * 1_024 * 1_024);
  });

  it.each([400, 413])(
    'finds the one span that a receiver refuses with %i, and gets the others through',
    async (status) => {
      await using peer = await startHttpPeer(({ body }) => (body.includes('span-77.') ? { status, body: 'no' } : OK));
      const all = spans(512);

      const outcome = await openContractExporter({ otlpUrl: peer.url }).export(all, never);

      expect(outcome).toEqual({
        kind: 'rejected',
        message: `${peer.url}/v1/traces answered ${status} no`,
        spans: [all[77]],
      });
      expect(peer.requests.length).toBeLessThan(25);
    },
  );

  it('gives up halving when everything is refused, and names all spans', async () => {
    await using peer = await startHttpPeer(() => ({ status: 400 }));
    const outcome = await openContractExporter({ otlpUrl: peer.url }).export(spans(512), never);
    expect(outcome).toMatchObject({ kind: 'rejected' });
    expect(outcome.kind === 'rejected' && outcome.spans).toHaveLength(512);
    expect(peer.requests.length).toBeLessThan(200);
  });

  it('takes a partial success for what it is: spans rejected', async () => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '1', errorMessage: 'clock too far off' } });
    await using peer = await startHttpPeer(() => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body,
    }));
    const [span] = spans(1);
    expect(await openContractExporter({ otlpUrl: peer.url }).export([span!], never)).toEqual({
      kind: 'rejected',
      message: 'clock too far off',
      spans: [span],
    });
  });

  it.each([
    [429, { 'retry-after': '7' }, 7_000],
    [503, { 'retry-after': '2' }, 2_000],
    [503, {}, undefined],
    [404, {}, undefined],
    [302, { location: '/elsewhere' }, undefined],
  ])('answers unavailable to a %i, with the time to wait when it was given', async (status, headers, retryAfterMs) => {
    await using peer = await startHttpPeer(() => ({ status, headers, body: 'busy' }));
    const outcome = await openContractExporter({ otlpUrl: peer.url }).export(spans(1), never);
    const message = `${peer.url}/v1/traces answered ${status} busy`;
    expect(outcome).toEqual({ kind: 'unavailable', message, ...defined({ retryAfterMs }) });
    expect(peer.requests).toHaveLength(1);
  });

  it('answers unavailable when nobody listens', async () => {
    await using peer = await startHttpPeer(() => OK);
    const { url } = peer;
    await peer[Symbol.asyncDispose]();
    const outcome = await openContractExporter({ otlpUrl: url }).export(spans(1), never);
    expect(outcome.kind === 'unavailable' && outcome.message).toContain('ECONNREFUSED');
  });

  it('answers unavailable when the receiver does not answer in time', async () => {
    await using peer = await startHttpPeer(() => undefined);
    const outcome = await openContractExporter({ otlpUrl: peer.url, timeoutMs: 50 }).export(spans(1), never);
    expect(outcome).toEqual({ kind: 'unavailable', message: `no answer from ${peer.url}/v1/traces within 50 ms` });
  });

  it('answers unavailable at once when it is told to stop', async () => {
    const stop = new AbortController();
    await using peer = await startHttpPeer(() => {
      stop.abort();
      return undefined;
    });
    const outcome = await openContractExporter({ otlpUrl: peer.url }).export(spans(1), stop.signal);
    expect(outcome).toEqual({ kind: 'unavailable', message: 'stopped before an answer came' });
  });
});

describe('verify', () => {
  const trace = (traceID: string, ...spanIds: string[]) => ({ traceID, spans: spanIds.map((spanID) => ({ spanID })) });
  const open = (url: string) => openContractExporter({ otlpUrl: url, jaegerUrl: url });
  const expected = new Map([
    ['0'.repeat(16) + 'a'.repeat(16), new Set(['1'.repeat(16)])],
    ['b'.repeat(32), new Set(['1'.repeat(16), '2'.repeat(16)])],
    ['c'.repeat(32), new Set(['1'.repeat(16)])],
  ]);

  it('names the traces that are absent or lack a span', async () => {
    const data = [trace('a'.repeat(16), '1'.repeat(16), '9'.repeat(16)), trace('b'.repeat(32), '1'.repeat(16))];
    await using peer = await startHttpPeer(() => ({ status: 200, body: JSON.stringify({ data }) }));
    expect(await open(peer.url).verify(expected, never)).toEqual(new Set(['b'.repeat(32), 'c'.repeat(32)]));
  });

  it('asks for at most 50 traces at a time', async () => {
    await using peer = await startHttpPeer(() => ({ status: 200, body: '{"data":[]}' }));
    const many = new Map(Array.from({ length: 120 }, (_, i) => [String(i).padStart(32, '0'), new Set(['1'])]));
    expect((await open(peer.url).verify(many, never)).size).toBe(120);
    expect(peer.requests.map(({ url }) => url.split('traceID=').length - 1)).toEqual([50, 50, 20]);
  });

  it.each([
    ['an error', 500, '{"data":null}'],
    ['no such path', 404, '404 page not found'],
    ['a page', 200, '<html>sign in</html>'],
    ['other JSON', 200, '{"status":"ok"}'],
  ])('takes nothing as proven, and says why, when the answer is %s', async (_, status, body) => {
    await using peer = await startHttpPeer(() => ({ status, body }));
    const reasons: string[] = [];
    const onUnverified = (message: string): void => void reasons.push(message);
    const exporter = openContractExporter({ otlpUrl: peer.url, jaegerUrl: peer.url, onUnverified });
    expect(await exporter.verify(expected, never)).toEqual(new Set(expected.keys()));
    expect(reasons).toEqual([expect.stringContaining(`answered ${status}`)]);
  });

  it('counts everything as there when no Jaeger is known', async () => {
    const exporter = openContractExporter({ otlpUrl: 'http://127.0.0.1:1' });
    expect(await exporter.verify(expected, never)).toEqual(new Set());
  });
});
