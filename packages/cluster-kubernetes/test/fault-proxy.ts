import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  frozen: boolean;
}

/** Stands before a server on loopback, byte for byte and so for TLS too, and does to its connections what networks do. */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #losesAnswers = 0;
  #refuses = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** A proxy before a server such as `https://127.0.0.1:20123`. */
  static async to(url: string): Promise<FaultProxy> {
    const port = Number(new URL(url).port);
    const server = createServer();
    const proxy = new FaultProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Breaks every connection with a reset. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  /** Breaks every connection, and every new one, until `accept`. */
  refuse(): void {
    this.#refuses = true;
    this.cut();
  }

  accept(): void {
    this.#refuses = false;
  }

  /** The connections that there are stay open and bring nothing any more, either way; new ones work. */
  freeze(): void {
    for (const pair of this.#pairs) pair.frozen = true;
  }

  /** Requests go through, and instead of the next answer the connection breaks. Only for connections whose handshake is done. */
  loseNextAnswer(): void {
    this.#losesAnswers = 1;
  }

  /** Answers that `loseNextAnswer` has still to lose. */
  get answersToLose(): number {
    return this.#losesAnswers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    if (this.#refuses) client.resetAndDestroy();
    const pair: Pair = { client, upstream, frozen: false };
    this.#pairs.add(pair);
    const part = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => pair.frozen || upstream.write(bytes));
    upstream.on('data', (bytes) => pair.frozen || this.#answer(pair, bytes));
    for (const socket of [client, upstream]) socket.on('error', part).on('close', part);
  }

  #answer({ client }: Pair, bytes: Buffer): void {
    if (this.#losesAnswers === 0) return void client.write(bytes);
    this.#losesAnswers = 0;
    client.resetAndDestroy();
  }
}
