import { text } from 'node:stream/consumers';
import { defined } from '@lacuna/contracts';
import { request } from 'undici';
import { abortable } from './abortable.ts';
import { retryAfterMs, type ApiResponse } from './api-response.ts';
import type { Block } from './blocks.ts';
import { credentialsOf, type Credentials } from './credentials.ts';
import type { KubeConfig } from './kube-config.ts';
import { Lanes, type Lane } from './lanes.ts';
import { openLongResponse } from './long-response.ts';
import type { Timings } from './timings.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** Of an object only its metadata is answered. A server that cannot do that answers the whole. */
  readonly metadataOnly?: boolean;
  /** What is asked for is no object but a file, of whichever kind; with `from` only its bytes from that one on, if the server can do that (206). */
  readonly file?: { readonly from?: number };
}

/** Reading files and hashing certificates for each request would cost as much as the request. Milliseconds. */
const CREDENTIALS_KEPT_MS = 1_000;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json';

/** A response whose body is still to be read. */
interface OpenResponse<Piece = Uint8Array> {
  readonly status: number;
  readonly retryAfterMs?: number;
  readonly body: AsyncIterable<Piece>;
  /** Reads the body to its end instead. */
  readonly text: () => Promise<string>;
}

/** Requests to one API server, with the identity of a kubeconfig. It retries nothing: what an answer means is for the caller to say. */
export class KubeConnection implements AsyncDisposable {
  readonly #config: KubeConfig;
  readonly #server: string;
  readonly #requestMs: number;
  readonly #lanes: Lanes;
  readonly #closed = new AbortController();
  #asked: { readonly answer: Promise<Credentials>; until: number } | undefined;

  /** Throws when the kubeconfig has no current cluster, or one behind a proxy. */
  constructor(config: KubeConfig, { requestMs, pingMs }: Pick<Timings, 'requestMs' | 'pingMs'>) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    if (cluster.proxyUrl !== undefined) throw new Error(`proxy-url of cluster ${cluster.name} is not supported`);
    this.#config = config;
    this.#server = cluster.server.replace(/\/+$/, '');
    this.#requestMs = requestMs;
    this.#lanes = new Lanes(new URL(this.#server), pingMs);
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** One call, read to its end. Rejects when no answer came: then it is not known whether the server got the request. */
  async call(call: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const startedAt = performance.now();
    const timeout = AbortSignal.timeout(this.#requestMs);
    try {
      return await readAnswer(await this.open('api', call, AbortSignal.any([signal, timeout])));
    } catch (error) {
      // A server that vanished without a word leaves many kept connections dead; each of them would cost another timeout.
      if (timeout.aborted) this.#lanes.renew('api', startedAt);
      throw error;
    }
  }

  /** A response whose body the caller reads, or destroys. */
  async open(lane: Lane, call: ApiRequest, signal: AbortSignal): Promise<OpenResponse> {
    const end = AbortSignal.any([signal, this.closed]);
    const credentials = await abortable(this.#credentials(), end);
    const response = await request(this.#url(call), {
      method: call.method ?? 'GET',
      headers: { ...credentials.headers, ...contentHeaders(call) },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      dispatcher: this.#lanes.dispatcher(lane, credentials),
      // undici closes the connection behind a DELETE with a body unless told not to: a TLS handshake for each removed Job.
      reset: false,
      signal: end,
    });
    const { statusCode, headers, body } = response;
    return openResponse(statusCode, headers, { body, text: () => body.text() });
  }

  /** As `open`, for a response that is broken off rather than read to its end: where the server speaks HTTP/2 that costs no connection. */
  async follow(call: ApiRequest, signal: AbortSignal): Promise<OpenResponse> {
    const end = AbortSignal.any([signal, this.closed]);
    const credentials = await abortable(this.#credentials(), end);
    const { pathname, search } = this.#url(call);
    const headers = { ...credentials.headers, ...contentHeaders(call) };
    const streams = this.#lanes.streams(credentials);
    const response = await abortable(streams.get(pathname + search, headers, end), end);
    if (response === undefined) return this.open('logs', call, signal);
    const { status, headers: answered, body } = response;
    return openResponse(status, answered, { body, text: () => text(body) });
  }

  /** As `open`, for so much that it is worth a connection of its own, over which it costs less. */
  async openLong(call: ApiRequest, signal: AbortSignal): Promise<OpenResponse<Uint8Array | Block>> {
    const url = this.#url(call);
    if (url.protocol !== 'https:') return this.open('logs', call, signal);
    const end = AbortSignal.any([signal, this.closed]);
    const { headers, tls } = await abortable(this.#credentials(), end);
    const response = await openLongResponse({ url, headers: { ...headers, ...contentHeaders(call) }, tls }, end);
    const { status, headers: answered, body } = response;
    return openResponse(status, answered, { body, text: () => text(bytesOf(body)) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new Error('the cluster was closed'));
    await this.#lanes.destroy();
  }

  #url({ path, query = {} }: ApiRequest): URL {
    const url = new URL(this.#server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url;
  }

  /** Many calls ask an exec plugin once; one that failed is asked again. */
  #credentials(): Promise<Credentials> {
    if (this.#asked !== undefined && performance.now() < this.#asked.until) return this.#asked.answer;
    const asked = { answer: credentialsOf(this.#config), until: Infinity };
    this.#asked = asked;
    asked.answer.then(
      () => (asked.until = performance.now() + CREDENTIALS_KEPT_MS),
      () => (asked.until = -Infinity),
    );
    return asked.answer;
  }
}

/** Reads a response to its end. */
export async function readAnswer({
  status,
  retryAfterMs: askedMs,
  text: read,
}: Omit<OpenResponse, 'body'>): Promise<ApiResponse> {
  return { status, ...defined({ retryAfterMs: askedMs }), body: parsed(await read()) };
}

function openResponse<Piece>(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  content: Pick<OpenResponse<Piece>, 'body' | 'text'>,
): OpenResponse<Piece> {
  const askedMs = retryAfterMs(headerOf(headers['retry-after']), Date.now());
  return { status, ...defined({ retryAfterMs: askedMs }), ...content };
}

function contentHeaders({ method, body, metadataOnly = false, file }: ApiRequest): Record<string, string> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const accept = file !== undefined ? '*/*' : metadataOnly ? METADATA_ONLY : 'application/json';
  const range = file?.from === undefined ? {} : { range: `bytes=${file.from}-` };
  return { accept, 'user-agent': 'lacuna', ...range, ...(body !== undefined && { 'content-type': type }) };
}

async function* bytesOf(body: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of body) yield bytes;
}

function headerOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
