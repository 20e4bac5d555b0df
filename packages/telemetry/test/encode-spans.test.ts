import { describe, expect, it } from 'vitest';
import { decodeAnswer, encodeSpans } from '../src/encode-spans.ts';
import { contractSpan } from './support/contract-span.ts';

describe('encodeSpans', () => {
  it('gives the same bytes for the same span, whatever the order of its attributes', () => {
    const one = contractSpan('t', 'queue', { attributes: { a: 1, b: 'two', c: ['x', 'y'] } });
    const same = contractSpan('t', 'queue', { attributes: { c: ['x', 'y'], b: 'two', a: 1 } });
    expect(Buffer.from(encodeSpans([one])).equals(encodeSpans([same]))).toBe(true);
  });

  it('gives other bytes for another end time', () => {
    const one = contractSpan('t', 'queue');
    expect(Buffer.from(encodeSpans([one])).equals(encodeSpans([{ ...one, endMs: one.endMs + 0.001 }]))).toBe(false);
  });

  it('names a service once, however many of its spans are in the request', () => {
    const spans = ['a', 'b', 'c'].map((name) => contractSpan('t', name, { service: 'lacuna-k8s-watch' }));
    const text = Buffer.from(encodeSpans(spans)).toString('latin1');
    expect(text.split('lacuna-k8s-watch')).toHaveLength(2);
  });

  it('writes a number that is none as text, so that the span survives', () => {
    const bytes = encodeSpans([contractSpan('t', 'queue', { attributes: { n: Number.NaN } })]);
    expect(Buffer.from(bytes).includes('NaN')).toBe(true);
  });
});

describe('decodeAnswer', () => {
  it('reads a partial success in protobuf', () => {
    const message = Buffer.from('too old');
    const partial = Buffer.concat([Buffer.from([0x08, 3, 0x12, message.length]), message]);
    const body = Buffer.concat([Buffer.from([0x0a, partial.length]), partial]);
    expect(decodeAnswer(body, 'application/x-protobuf')).toEqual({ rejected: 3, message: 'too old' });
  });

  it('takes an empty or unreadable body as nothing rejected, because the status has said so', () => {
    expect(decodeAnswer(new Uint8Array(), 'application/x-protobuf').rejected).toBe(0);
    expect(decodeAnswer(Buffer.from('<html>ok</html>'), 'text/html').rejected).toBe(0);
  });
});
