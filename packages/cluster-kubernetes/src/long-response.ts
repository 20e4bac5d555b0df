import { validateHeaderValue } from 'node:http';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Blocks, type Block } from './blocks.ts';
import { Http1Decoder, type Http1Head } from './http1-decoder.ts';
import { openTls } from './open-tls.ts';

/** A response whose body is still to be read. The body throws, behind all that came of it, when it did not come to its end, or was aborted. */
interface LongResponse extends Http1Head {
  readonly body: AsyncGenerator<Block>;
}

interface LongRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ConnectionOptions;
}

/** Longer than what TLS decrypts at once. Bytes. */
const BUFFER_BYTES = 64 * 1024;

/**
 * Asks for something long, over a connection of its own. Every HTTP client that we know, Node's two among them, makes new memory for each of the 10 KiB
 * or so that TLS decrypts at once, and most of the CPU that it costs to read a byte is for that and for what follows from it (docs/performance.md).
 * Here all go through one buffer. Rejects when no response began.
 */
export async function openLongResponse(request: LongRequest, signal: AbortSignal): Promise<LongResponse> {
  const reading = new Reading(signal);
  const { url, tls } = request;
  // Our callback is what reads: without it Node makes a stream.
  const onread = { buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES), callback: reading.take };
  const socket = await openTls(url, { ...tls, onread } as ConnectionOptions, signal);
  return reading.begin(socket, requestText(request));
}

function requestText({ url, headers }: LongRequest): string {
  const lines = Object.entries({ ...headers, host: url.host, connection: 'close' }).map(([name, value]) => {
    validateHeaderValue(name, value);
    return `${name}: ${value}\r\n`;
  });
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

class Reading {
  readonly #signal: AbortSignal;
  readonly #blocks = new Blocks();
  readonly #decoder = new Http1Decoder((content) => this.#blocks.add(content));
  readonly #begun = Promise.withResolvers<void>();
  #news = Promise.withResolvers<void>();
  #socket: TLSSocket | undefined;
  #isOver = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Takes what came; false when no more is to come for now. */
  readonly take = (length: number, buffer: Uint8Array): boolean => {
    try {
      this.#decoder.take(buffer.subarray(0, length) as Buffer);
      if (this.#decoder.isWhole) this.#socket?.destroy();
    } catch (error) {
      this.#socket?.destroy(error as Error);
    }
    if (this.#decoder.head !== undefined) this.#begun.resolve();
    if (this.#blocks.areThere) this.#news.resolve();
    return !this.#blocks.areMany;
  };

  async begin(socket: TLSSocket, request: string): Promise<LongResponse> {
    this.#socket = socket;
    const stop = (): void => void socket.destroy(this.#signal.reason as Error);
    this.#signal.addEventListener('abort', stop, { once: true });
    socket
      .once('end', () => this.#decoder.end())
      .once('close', () => {
        this.#signal.removeEventListener('abort', stop);
        this.#isOver = true;
        this.#blocks.end();
        this.#begun.resolve();
        this.#news.resolve();
      });
    if (this.#signal.aborted) stop();
    socket.write(request);
    socket.resume();
    await this.#begun.promise;
    const { head } = this.#decoder;
    if (head === undefined) throw this.#whyBroken();
    return { ...head, body: this.#body(socket) };
  }

  async *#body(socket: TLSSocket): AsyncGenerator<Block> {
    try {
      for (;;) {
        const block = this.#blocks.take();
        if (block !== undefined) {
          yield block;
          if (!this.#blocks.areMany) socket.resume();
        } else if (this.#isOver) break;
        else {
          this.#news = Promise.withResolvers<void>();
          await this.#news.promise;
        }
      }
      if (!this.#decoder.isWhole) throw this.#whyBroken();
    } finally {
      socket.destroy();
    }
  }

  /** In the words that undici has for a connection that the server closed. */
  #whyBroken(): unknown {
    return this.#signal.aborted ? this.#signal.reason : (this.#socket?.errored ?? new Error('other side closed'));
  }
}
