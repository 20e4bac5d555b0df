import { defined, Failure } from '@lacuna/contracts';
import { readProblem } from './read-problem.ts';
import { ServerUnreachable, unreachable } from './server-unreachable.ts';

/** Milliseconds without a byte after which an answer is given up. Far above what a healthy server takes, below a person's patience. */
const ANSWER_WITHIN_MS = 30_000;

interface Request {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Path and query, from `/v1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which the connection counts as lost; 30,000 unless told. */
  readonly idleMs?: number;
}

/** A good answer, body not read yet. The body throws `ServerUnreachable` when it breaks off. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The one place that talks HTTP: address, token, time limits, and errors as `Failure` or `ServerUnreachable`. */
export class Transport {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** Throws `invalid-config` when address or token are none. */
  constructor(url: string, token?: string) {
    assertAddress(url);
    this.#url = url.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: authorization(token) };
  }

  /** Sends a request; an error answer is thrown as the `Failure` that it carries. */
  async send(request: Request): Promise<Answer> {
    const idle = new IdleLimit(this.#url, request.idleMs ?? ANSWER_WITHIN_MS);
    const response = await this.#fetch(request, idle).catch((error: unknown) => {
      idle.clear();
      if (request.signal?.aborted === true) throw error;
      throw isBadPort(error) ? badPort(this.#url) : unreachable(this.#url, error);
    });
    const body = this.#readBody(response, request.signal, idle);
    if (response.ok) return { status: response.status, headers: response.headers, body };
    throw readProblem(this.#url, response.status, response.headers, await textOf(body));
  }

  /** Sends a request and reads its answer as JSON. The shape is the server's promise (contracts), not checked again here. */
  async json<T>(request: Request): Promise<T> {
    const text = await textOf(
      (await this.send({ ...request, headers: { accept: 'application/json', ...request.headers } })).body,
    );
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new Failure('bug', `${this.#url} answered with something that is not JSON; is it a Lacuna server?`, {
        cause,
      });
    }
  }

  #fetch({ method = 'GET', path, headers, body, signal }: Request, idle: IdleLimit): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...defined({ body }),
      signal: signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]),
    });
  }

  async *#readBody(
    { body }: Response,
    signal: AbortSignal | undefined,
    idle: IdleLimit,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      idle.touch();
      for await (const chunk of body ?? []) {
        idle.touch();
        yield chunk;
      }
    } catch (error) {
      throw signal?.aborted === true ? error : unreachable(this.#url, error);
    } finally {
      idle.clear();
    }
  }
}

function assertAddress(url: string): void {
  const parsed = URL.parse(url);
  if (!/^https?:$/.test(parsed?.protocol ?? ''))
    throw new Failure('invalid-config', `the address "${url}" is not a URL such as http://127.0.0.1:4280`);
  if (parsed?.username !== '' || parsed.password !== '')
    throw new Failure('invalid-config', 'the address has a user or a password in it, which are not sent; give a token');
}

function authorization(token: string): string {
  // `fetch` would refuse it too, with the token in its words.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Failure('invalid-config', 'the token has a blank, a newline or another character that no token has');
  return `Bearer ${token}`;
}

/** Ports of other protocols, such as 9 or 25, are never asked. Source: "port blocking" in the Fetch standard. */
function isBadPort(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error && error.cause.message === 'bad port';
}

function badPort(url: string): Failure {
  const what = `the port of ${url} is one that HTTP clients refuse, because it belongs to another protocol`;
  return new Failure('invalid-config', `${what}; give the port of a Lacuna server, such as 4280`);
}

/** Ends a request that has gone silent: a peer that vanished without a word leaves the connection open for ever. */
class IdleLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, ms: number) {
    const error = new ServerUnreachable('lost', url, { why: `nothing came for ${ms / 1_000} s` });
    this.#timer = setTimeout(() => this.#controller.abort(error), ms);
    // An answer that nobody reads must not keep the process alive.
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
