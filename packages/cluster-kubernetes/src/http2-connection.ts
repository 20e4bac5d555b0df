import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { openTls } from './open-tls.ts';

/** A response whose body is still to be read. The body throws when the stream did not end in good order, or was aborted. */
export interface Http2Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What the API server allows by default, and what breaks together at most. */
const MOST_STREAMS = 100;
/**
 * What may be under way to us, in bytes: of a stream as much as the API server lets itself be sent (Node's own 64 KiB would bound a fast log); of the connection
 * so much that many can be fast at once. A body that nobody reads holds back its own stream alone.
 */
const WINDOWS = { stream: 256 * 1024, connection: 4 * 1024 * 1024 };
/** How many pings in a row may be without an answer: one may wait in a process that is busy itself. */
const UNANSWERED = { forNewStreams: 1, most: 2 };
const IGNORE = (): void => undefined;

/** One connection that carries many requests, each of which can be broken off alone. */
export class Http2Connection {
  readonly #socket: TLSSocket;
  readonly #session: ClientHttp2Session;
  #streams = 0;
  #unanswered = 0;

  private constructor(socket: TLSSocket, session: ClientHttp2Session, pingMs: number) {
    this.#socket = socket;
    this.#session = session;
    const pinging = setInterval(() => this.#ping(pingMs), pingMs).unref();
    session.once('close', () => clearInterval(pinging));
  }

  /**
   * Undefined when the server does not speak HTTP/2. A connection that leaves two pings, `pingMs` apart, without an answer is broken. Rejects
   * when no connection came about within ten seconds.
   */
  static async open(
    url: URL,
    tls: ConnectionOptions,
    pingMs: number,
    signal: AbortSignal,
  ): Promise<Http2Connection | undefined> {
    const socket = await openTls(url, { ...tls, ALPNProtocols: ['h2', 'http/1.1'] }, signal);
    if (socket.alpnProtocol !== 'h2') return void socket.destroy();
    return new Http2Connection(socket, await sessionOn(socket, url), pingMs);
  }

  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** Whether a request may be sent over it: neither side has said that it ends, and the server would not let the request wait. */
  get hasRoom(): boolean {
    const most = Math.min(MOST_STREAMS, this.#session.remoteSettings.maxConcurrentStreams ?? MOST_STREAMS);
    return this.isOpen && this.#streams < most && this.#unanswered <= UNANSWERED.forNewStreams;
  }

  /** Resolves when the response has begun. */
  async get(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Http2Response> {
    const stream = this.#session.request({ ...headers, ':path': path });
    this.#streams++;
    const stop = (): void => breakOff(stream);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    stream.on('error', IGNORE).once('close', () => {
      this.#streams--;
      signal.removeEventListener('abort', stop);
    });
    const { promise: begun, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders & IncomingHttpStatusHeader>();
    const onClose = (): void => reject(whyBroken(stream, signal));
    stream.once('close', onClose).once('response', (head) => {
      stream.off('close', onClose);
      resolve(head);
    });
    const { ':status': status = 0, ...answered } = await begun;
    return { status, headers: answered, body: bodyOf(stream, signal) };
  }

  /** Takes no more requests, and ends with the last that it has. */
  close(): void {
    this.#session.close();
  }

  /** Breaks what is under way. */
  destroy(why: Error): void {
    // The session alone would wait until all is sent, which on a dead connection is never.
    this.#socket.destroy(why);
  }

  #ping(pingMs: number): void {
    if (this.#session.destroyed) return;
    if (this.#unanswered === UNANSWERED.most)
      return this.destroy(new Error(`the connection has answered no ping for ${UNANSWERED.most * pingMs} ms`));
    this.#unanswered++;
    this.#session.ping(() => (this.#unanswered = 0));
  }
}

/** With the server's settings, which say how many streams it allows. */
async function sessionOn(socket: TLSSocket, url: URL): Promise<ClientHttp2Session> {
  const settings = { enablePush: false, initialWindowSize: WINDOWS.stream };
  const session = connect(url.origin, { createConnection: () => socket, settings }).on('error', IGNORE);
  const closed = once(session, 'close').then(() => Promise.reject(new Error('other side closed')));
  await Promise.race([once(session, 'remoteSettings'), closed]);
  if (session.remoteSettings.maxConcurrentStreams === 0) {
    session.destroy();
    throw new Error('the server allows no streams');
  }
  session.setLocalWindowSize(WINDOWS.connection);
  return session;
}

/** Not by Node's own iterator: that takes a stream which the server has closed in good order for broken when it is read late, and one that was broken for ended. */
async function* bodyOf(stream: ClientHttp2Stream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let news = Promise.withResolvers<void>();
  const tell = (): void => news.resolve();
  stream.on('readable', tell).on('end', tell).on('close', tell);
  try {
    while (!stream.readableEnded) {
      if (stream.destroyed) throw whyBroken(stream, signal);
      news = Promise.withResolvers<void>();
      const bytes = stream.read() as Buffer | null;
      if (bytes === null) await news.promise;
      else yield bytes;
    }
  } finally {
    if (!stream.readableEnded) breakOff(stream);
  }
}

/** Tells the server that nobody listens any more; of its connection nothing else is touched. */
function breakOff(stream: ClientHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
  stream.destroy();
}

/** In the words that undici has for a connection that the server closed. */
function whyBroken(stream: ClientHttp2Stream, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : (stream.errored ?? new Error('other side closed'));
}
