import { eventually } from '@lacuna/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import type { Block } from '../src/blocks.ts';
import { openLongResponse } from '../src/long-response.ts';
import { describeOn } from './describe-on.ts';
import { loopbackTls, type LoopbackTls } from './loopback-tls.ts';

const LONG = randomBytes(5_000_000);
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** A server that answers as a test wants it. */
describeOn('none', 'a long response', () => {
  let tls: LoopbackTls;
  const { signal } = new AbortController();

  beforeAll(async () => {
    tls = await loopbackTls();
  });

  /** `answer` gets each connection with what was asked over it. */
  async function serve(answer: (socket: TLSSocket, request: string, connection: Socket) => void) {
    const sockets = new Set<TLSSocket>();
    let connection: Socket;
    const server = createServer(tls, (socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.once('data', (bytes) => answer(socket, bytes.toString(), connection));
    });
    server.on('connection', (opened) => (connection = opened));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/log?container=main`);
    const headers = { Authorization: 'Bearer secret' };
    return {
      get: (aborting: AbortSignal = signal, trust: { ca?: Buffer } = { ca: tls.cert }) =>
        openLongResponse({ url, headers, tls: trust }, aborting),
      [Symbol.asyncDispose]: async (): Promise<void> => {
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  /** By Node's own HTTP server. */
  const answerWith = (write: (response: ServerResponse) => void) => {
    const http = createHttpServer((_, response) => write(response));
    return serve((socket, request) => {
      http.emit('connection', socket);
      socket.emit('data', Buffer.from(request));
    });
  };

  /** All that comes, and what it breaks with. */
  async function read(body: AsyncIterable<Block>): Promise<{ readonly bytes: Buffer; readonly error?: unknown }> {
    const parts: Buffer[] = [];
    try {
      for await (const { bytes, giveBack } of body) {
        parts.push(Buffer.from(bytes));
        giveBack();
      }
      return { bytes: Buffer.concat(parts) };
    } catch (error) {
      return { bytes: Buffer.concat(parts), error };
    }
  }

  test.each<[string, (response: ServerResponse) => void]>([
    ['of unknown length', (response) => response.end(LONG)],
    [
      'in small pieces',
      (response) => {
        for (let at = 0; at < LONG.length; at += 9_999) response.write(LONG.subarray(at, at + 9_999));
        response.end();
      },
    ],
    ['of known length', (response) => response.writeHead(200, { 'content-length': LONG.length }).end(LONG)],
    [
      'with trailers',
      (response) => {
        response.writeHead(200, { trailer: 'Checked' });
        response.write(LONG);
        response.addTrailers({ Checked: 'yes' });
        response.end();
      },
    ],
  ])('%s comes as it was sent', async (_, write) => {
    await using server = await answerWith(write);
    const { status, body } = await server.get();
    expect(status).toBe(200);
    const { bytes, error } = await read(body);
    expect(error).toBeUndefined();
    expect(bytes.equals(LONG)).toBe(true);
  });

  test('is asked for with its path and its headers', async () => {
    const asked = Promise.withResolvers<string>();
    await using server = await serve((socket, request) => {
      asked.resolve(request);
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    expect((await server.get()).status).toBe(204);
    expect(await asked.promise).toMatch(
      /^GET \/log\?container=main HTTP\/1\.1\r\nAuthorization: Bearer secret\r\nhost: 127\.0\.0\.1:\d+\r\nconnection: close\r\n\r\n$/,
    );
  });

  test('of a server that knows no chunks ends with its connection', async () => {
    await using server = await serve((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'));
    const { bytes, error } = await read((await server.get()).body);
    expect({ text: bytes.toString(), error }).toEqual({ text: 'all of it', error: undefined });
  });

  test.each<[string, (socket: TLSSocket, connection: Socket) => unknown, RegExp]>([
    ['whose connection is closed', (socket) => socket.end(), /other side closed/],
    ['whose connection is reset', (_, connection) => connection.resetAndDestroy(), /other side closed|ECONNRESET/],
    ['that goes on with something else', (socket) => socket.write('panic: runtime error\r\n'), /not HTTP/],
  ])('%s in its middle breaks behind what came of it', async (_, breaks, why) => {
    await using server = await serve((socket, __, connection) => {
      socket.write(`${CHUNKED}${(400_000).toString(16)}\r\n`);
      socket.write(LONG.subarray(0, 400_000));
      socket.write('\r\n', () => breaks(socket, connection));
    });
    const { bytes, error } = await read((await server.get()).body);
    expect(String(error)).toMatch(why);
    expect(LONG.subarray(0, bytes.length).equals(bytes)).toBe(true);
    // Some of it may be lost to a reset.
    expect(bytes.length).toBeGreaterThanOrEqual(String(error).includes('ECONNRESET') ? 0 : 400_000);
  });

  test.each<[string, (socket: TLSSocket) => unknown, RegExp]>([
    ['closes', (socket) => socket.end(), /other side closed/],
    ['speaks something else', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), /not HTTP/],
    ['sends half a head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), /other side closed/],
  ])('does not begin when the server %s', async (_, answer, why) => {
    await using server = await serve(answer);
    await expect(server.get()).rejects.toThrow(why);
  });

  test('is not asked for from a server that nobody vouches for', async () => {
    await using server = await serve((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    await expect(server.get(signal, {})).rejects.toThrow(/certificate/);
  });

  test.each([
    ['before it begins', ''],
    ['in its middle', `${CHUNKED}5\r\nbegun\r\n`],
  ])('that is aborted %s breaks with the reason', async (_, sent) => {
    const abort = new AbortController();
    const why = new Error('nobody wants it');
    await using server = await serve((socket) => {
      socket.write(sent);
      setImmediate(() => abort.abort(why));
    });
    const reading = server.get(abort.signal).then(({ body }) => read(body));
    const outcome = await reading.catch((error: unknown) => ({ error }));
    expect(outcome.error).toBe(why);
  });

  test('that is left closes its connection', async () => {
    const closed = Promise.withResolvers<string>();
    await using server = await serve((socket) => {
      socket.once('close', () => closed.resolve('closed'));
      socket.write(`${CHUNKED}${LONG.length.toString(16)}\r\n`);
      socket.write(LONG);
    });
    for await (const _ of (await server.get()).body) break;
    expect(await closed.promise).toBe('closed');
  });

  test('that nobody takes is not sent on, and goes on when somebody does', async () => {
    const sending = Promise.withResolvers<TLSSocket>();
    const blocks = 40;
    await using server = await serve((socket) => {
      socket.write(CHUNKED);
      for (let i = 0; i < blocks; i++) {
        socket.write(`${LONG.length.toString(16)}\r\n`);
        socket.write(LONG);
        socket.write('\r\n');
      }
      socket.write('0\r\n\r\n');
      sending.resolve(socket);
    });
    const { body } = await server.get();
    const socket = await sending.promise;
    let before = -1;
    await eventually('the server waits', () => {
      const isStill = before === socket.writableLength;
      before = socket.writableLength;
      return isStill;
    });
    expect(socket.writableLength).toBeGreaterThan(0);
    let length = 0;
    const memories = new Set<ArrayBufferLike>();
    for await (const { bytes, giveBack } of body) {
      expect(Buffer.compare(bytes.subarray(0, 100), comesAfter(length))).toBe(0);
      length += bytes.length;
      memories.add(bytes.buffer);
      giveBack();
    }
    expect(length).toBe(blocks * LONG.length);
    expect(memories.size, 'memories in use').toBeLessThan(20);
  });

  /** The hundred bytes behind so many of that log. */
  function comesAfter(length: number): Buffer {
    const from = length % LONG.length;
    return Buffer.concat([LONG.subarray(from, from + 100), LONG]).subarray(0, 100);
  }
});
