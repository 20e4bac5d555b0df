import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { LoadCluster } from './load-cluster.ts';

interface WatchEvent<T> {
  readonly type: string;
  readonly object: T;
}

/** A bare client of the API server over kept-alive connections: what anybody would write who measures. Disposing it breaks what is under way. */
export class ApiClient implements Disposable {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #token: string;
  readonly #closed = new AbortController();

  private constructor(agent: Agent, url: string, token: string) {
    this.#agent = agent;
    this.#url = url;
    this.#token = token;
  }

  static async open(
    { controlPlane, token }: Pick<LoadCluster, 'controlPlane' | 'token'>,
    connections: number,
  ): Promise<ApiClient> {
    const ca = await readFile(controlPlane.caFile);
    return new ApiClient(new Agent({ keepAlive: true, maxSockets: connections, ca }), controlPlane.url, token);
  }

  /** The parsed answer. Throws when it is none of success. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    return JSON.parse((await this.bytes(method, path, body)).toString()) as T;
  }

  /** The answer as it is, such as a log. Throws when it is none of success. */
  async bytes(method: string, path: string, body?: object): Promise<Buffer> {
    const answer = await this.#send(method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const whole = Buffer.concat(chunks);
    if ((answer.statusCode ?? 0) >= 300)
      throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${whole.toString()}`);
    return whole;
  }

  /** What there is, as `ADDED`, and then every change, until this is disposed of; lists again after every end of a watch. */
  async *follow<T>(path: string, labels = ''): AsyncGenerator<WatchEvent<T>> {
    const selector = `labelSelector=${encodeURIComponent(labels)}`;
    while (!this.#closed.signal.aborted) {
      const { items, metadata } = await this.call<Listing<T>>('GET', `${path}?${selector}`);
      for (const object of items) yield { type: 'ADDED', object };
      const from = metadata.resourceVersion;
      const body = await this.#send('GET', `${path}?${selector}&watch=true&resourceVersion=${from}`);
      const lines = createInterface({ input: body });
      // A break is the end of this watch, as any other end.
      lines.on('error', () => undefined);
      try {
        for await (const line of lines) yield JSON.parse(line) as WatchEvent<T>;
      } finally {
        body.destroy();
      }
    }
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #send(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const { signal } = this.#closed;
    const sent = request(`${this.#url}${path}`, { method, headers, agent: this.#agent, signal });
    sent.end(payload);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    return answer;
  }
}

interface Listing<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string };
}
