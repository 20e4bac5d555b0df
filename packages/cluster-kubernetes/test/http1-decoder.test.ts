import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Http1Decoder, type Http1Head } from '../src/http1-decoder.ts';

interface Decoded {
  readonly head: Http1Head | undefined;
  readonly content: Buffer;
  readonly isWhole: boolean;
}

/** Decodes what came in pieces of these sizes, over and over; with `ends` the connection ended behind it. */
function decode(sent: Uint8Array, sizes: readonly number[] = [sent.length], ends = false): Decoded {
  const parts: Buffer[] = [];
  const decoder = new Http1Decoder((bytes) => parts.push(Buffer.from(bytes)));
  for (let at = 0, i = 0; at < sent.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    // In one buffer, as it is used over and over.
    const buffer = Buffer.from(sent.subarray(at, at + size));
    decoder.take(buffer);
    buffer.fill('!');
    at += size;
  }
  if (ends) decoder.end();
  return { head: decoder.head, content: Buffer.concat(parts), isWhole: decoder.isWhole };
}

const PIECE = fc.uint8Array({ minLength: 1, maxLength: 40 });
const HEADERS = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const INTERIM = fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');

const CHUNKED = fc
  .record({
    interim: INTERIM,
    pieces: fc.array(PIECE, { maxLength: 6 }),
    extension: fc.constantFrom('', ';a', ';a=b;c'),
    trailers: fc.constantFrom('', 'Checked: yes\r\n', 'A: 1\r\nB: 2\r\n'),
    upper: fc.boolean(),
  })
  .map(({ interim, pieces, extension, trailers, upper }) => {
    const size = (n: number): string => (upper ? n.toString(16).toUpperCase() : n.toString(16)) + extension;
    const chunks = pieces.flatMap((bytes) => [Buffer.from(`${size(bytes.length)}\r\n`), bytes, Buffer.from('\r\n')]);
    return {
      content: Buffer.concat(pieces),
      sent: Buffer.concat([
        Buffer.from(`${interim}${HEADERS}Transfer-Encoding: chunked\r\n\r\n`),
        ...chunks,
        Buffer.from(`0\r\n${trailers}\r\n`),
      ]),
    };
  });

const SIZED = fc.record({ interim: INTERIM, content: fc.uint8Array({ maxLength: 100 }) }).map((one) => ({
  content: Buffer.from(one.content),
  sent: Buffer.concat([
    Buffer.from(`${one.interim}${HEADERS}Content-Length: ${one.content.length}\r\n\r\n`),
    one.content,
  ]),
}));

const RESPONSE = fc.oneof(CHUNKED, SIZED);
const SIZES = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });

describe('a response of HTTP/1', () => {
  test('comes out as it was sent, however it was cut, and is whole with its last byte', () => {
    fc.assert(
      fc.property(RESPONSE, SIZES, ({ sent, content }, sizes) => {
        const { head, content: got, isWhole } = decode(sent, sizes);
        expect(head?.status).toBe(200);
        expect(head?.headers['content-type']).toBe('text/plain');
        expect(got.equals(content)).toBe(true);
        expect(isWhole).toBe(true);
      }),
    );
  });

  test('that ends early is not whole, and gives only what was sent', () => {
    fc.assert(
      fc.property(RESPONSE, fc.double({ min: 0, max: 0.999, noNaN: true }), SIZES, ({ sent, content }, part, sizes) => {
        const cut = decode(sent.subarray(0, Math.floor(part * sent.length)), sizes, true);
        expect(cut.isWhole).toBe(false);
        expect(content.subarray(0, cut.content.length).equals(cut.content)).toBe(true);
      }),
    );
  });

  test('of which bytes were changed is taken for whole only where Node takes it for whole, with the same content', async () => {
    const change = fc.record({ at: fc.nat(), byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(10, 13, 48, 59)) });
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(RESPONSE, changes, SIZES, async ({ sent }, places, sizes) => {
        const changed = Buffer.from(sent);
        for (const { at, byte } of places) changed[at % sent.length] = byte;
        const ours = attempt(() => decode(changed, sizes, true));
        if (ours?.isWhole !== true) return;
        const theirs = await decodedByNode(changed);
        expect(theirs?.isWhole, changed.toString('latin1')).toBe(true);
        expect(theirs?.content.equals(ours.content), changed.toString('latin1')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('without a length ends with its connection', () => {
    const sent = Buffer.from('HTTP/1.0 200 OK\r\n\r\nall of it');
    expect(decode(sent).isWhole).toBe(false);
    expect(decode(sent, [3], true)).toMatchObject({ isWhole: true, content: Buffer.from('all of it') });
  });

  test.each([
    ['204 No Content\r\n\r\n', 204],
    ['304 Not Modified\r\nContent-Length: 5\r\n\r\n', 304],
    ['500 \r\nContent-Length: 0\r\n\r\n', 500],
  ])('%j has no content', (rest, status) => {
    const { head, isWhole } = decode(Buffer.from(`HTTP/1.1 ${rest}`));
    expect({ status: head?.status, isWhole }).toEqual({ status, isWhole: true });
  });

  test('keeps both values of a header that came twice', () => {
    const { head } = decode(Buffer.from('HTTP/1.1 200 OK\r\nWarning: a\r\nwarning:b \r\n\r\n'));
    expect(head?.headers).toEqual({ warning: 'a, b' });
  });

  const chunked = (rest: string): string => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;
  test.each([
    ['SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP/2.0 200 OK\r\n'],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['HTTP/1.1 200 OK\n\n'],
    ['HTTP/1.1 200 OK\r\nno header\r\n'],
    ['HTTP/1.1 200 OK\r\n folded: line\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n'],
    [chunked('\r\n')],
    [chunked('log of a program\r\n')],
    [chunked('-1\r\n')],
    [chunked('0x5\r\n')],
    [chunked('fffffffffffff\r\n')],
    [chunked('3\r\nabcd\r\n')],
    [chunked('3\nabc\r\n')],
    [chunked('0\n\n')],
    [`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`],
    [chunked(`0\r\n${'a: b\r\n'.repeat(20_000)}`)],
    ['x'.repeat(70_000)],
  ])('%.70j is refused', (sent) => {
    expect(() => decode(Buffer.from(sent), [7])).toThrow(/HTTP\/1\.1|protocol/);
  });
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** What Node's own client makes of it, in memory. */
async function decodedByNode(sent: Buffer): Promise<Omit<Decoded, 'head'> | undefined> {
  const connection = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
  const asked = request({ createConnection: () => connection })
    .on('error', () => undefined)
    .end();
  setImmediate(() => {
    connection.push(sent);
    connection.push(null);
  });
  try {
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { content: Buffer.concat(parts), isWhole: response.complete };
  } catch {
    return undefined;
  } finally {
    connection.destroy();
  }
}
