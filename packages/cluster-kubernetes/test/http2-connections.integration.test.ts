import { once } from 'node:events';
import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import type { Http2Response } from '../src/http2-connection.ts';
import { Http2Connections } from '../src/http2-connections.ts';
import { describeOn } from './describe-on.ts';
import { loopbackTls, type LoopbackTls } from './loopback-tls.ts';

type Answer = (stream: ServerHttp2Stream, session: ServerHttp2Session) => void;

/** A server that answers as a test wants it. */
describeOn('none', 'connections of HTTP/2', () => {
  let tls: LoopbackTls;
  const { signal } = new AbortController();

  beforeAll(async () => {
    tls = await loopbackTls();
  });

  async function listening(server: Server) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connections = new Http2Connections(new URL(`https://127.0.0.1:${port}`), { ca: tls.cert }, 60_000);
    const [sockets, sessions] = [{ count: 0 }, new Set<ServerHttp2Session>()];
    server.on('connection', () => sockets.count++);
    server.on('session', (session: ServerHttp2Session) => sessions.add(session.on('error', () => undefined)));
    return {
      sockets,
      get: () => connections.get('/log', { Authorization: 'Bearer secret' }, signal),
      [Symbol.asyncDispose]: async (): Promise<void> => {
        connections.destroy();
        for (const session of sessions) session.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  const serve = (answer: Answer, maxConcurrentStreams = 100) => {
    const server = createSecureServer({ ...tls, settings: { maxConcurrentStreams } });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': headers.authorization === 'Bearer secret' ? 200 : 401 });
      answer(stream, stream.session as ServerHttp2Session);
    });
    return listening(server);
  };

  async function textOf(response: Http2Response | undefined): Promise<string> {
    if (response?.status !== 200) throw new Error(`answered with ${response?.status}`);
    return text(response.body);
  }

  test('a body that ends in good order is all there, however late it is read', async () => {
    const long = 'all there\n'.repeat(200_000);
    await using server = await serve((stream) => stream.end(long));
    const responses = await Promise.all(Array.from({ length: 5 }, server.get));
    for (const response of responses) expect((await textOf(response)).length).toBe(long.length);
  });

  test.each<[string, Answer]>([
    ['a reset', (stream) => stream.destroy(new Error('broken on purpose'))],
    ['a connection that is closed', (_, session) => session.socket.destroy()],
    ['a session that is torn down', (_, session) => session.destroy()],
    ['an order to leave at once', (_, session) => session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    [
      'a connection that is closed behind an order to leave',
      (_, session) => {
        session.goaway(constants.NGHTTP2_NO_ERROR);
        setImmediate(() => session.socket.destroy());
      },
    ],
  ])('%s in the middle of a body breaks it', async (_, breaks) => {
    const read = Promise.withResolvers<void>();
    await using server = await serve((stream, session) => {
      stream.write('begun');
      void read.promise.then(() => breaks(stream, session));
    });
    const body = (await server.get())!.body[Symbol.asyncIterator]();
    expect(Buffer.from((await body.next()).value as Uint8Array).toString()).toBe('begun');
    read.resolve();
    await expect(body.next()).rejects.toThrow(/other side closed|Stream closed|Session closed|ECONNRESET/);
  });

  test('a body that is left ends its stream', async () => {
    const left = Promise.withResolvers<number>();
    await using server = await serve((stream) => {
      stream.on('close', () => left.resolve(stream.rstCode));
      stream.write('begun');
    });
    for await (const _ of (await server.get())!.body) break;
    expect(await left.promise).toBe(constants.NGHTTP2_CANCEL);
  });

  test('a server that asks to be left is left by new requests, and what it is giving goes on', async () => {
    const streams: ServerHttp2Stream[] = [];
    await using server = await serve((stream, session) => {
      if (streams.push(stream) === 1) session.goaway(constants.NGHTTP2_NO_ERROR);
      stream.write('begun');
    });
    const first = await server.get();
    const begun = first!.body[Symbol.asyncIterator]();
    await begun.next();
    const second = await server.get();
    expect(server.sockets.count).toBe(2);
    for (const stream of streams) stream.end(' and ended');
    expect(Buffer.from((await begun.next()).value as Uint8Array).toString()).toBe(' and ended');
    expect((await begun.next()).done).toBe(true);
    expect(await textOf(second)).toBe('begun and ended');
  });

  test('a server that allows two streams at a time gets a connection for every two', async () => {
    const streams: ServerHttp2Stream[] = [];
    await using server = await serve((stream) => {
      if (streams.push(stream) === 5) for (const each of streams) each.end('all at once');
    }, 2);
    const responses = await Promise.all(Array.from({ length: 5 }, server.get));
    expect(await Promise.all(responses.map(textOf))).toEqual(Array.from({ length: 5 }, () => 'all at once'));
    expect(server.sockets.count).toBe(3);
  });

  test('a server that allows no stream is not asked for ever', async () => {
    await using server = await serve(() => undefined, 0);
    await expect(server.get()).rejects.toThrow('the server allows no streams');
  });

  test('a server that speaks only HTTP/1.1 is found out once', async () => {
    await using server = await listening(createServer(tls, (_, response) => response.end()));
    expect(await Promise.all([server.get(), server.get()])).toEqual([undefined, undefined]);
    expect(await server.get()).toBeUndefined();
    expect(server.sockets.count).toBe(1);
  });

  test('a server that is not there is told with the words of the system', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const gone = new Http2Connections(new URL('https://127.0.0.1:1'), { ca: tls.cert }, 60_000);
    await expect(gone.get('/log', {}, signal)).rejects.toThrow('ECONNREFUSED');
  });
});
