import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Failure, problemDetails, type Accepted, type EvaluationView } from '@lacuna/contracts';
import { summaryOf } from './views.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Evaluation {
  view: EvaluationView;
  log: Buffer;
}

/** A small server that speaks the HTTP API about canned evaluations, which a test may change while it is asked. */
export class ApiServer implements AsyncDisposable {
  /** Every request so far. */
  readonly seen: Seen[] = [];
  /** When set, every submission is refused with it. */
  refusal: Failure | undefined;
  readonly #evaluations = new Map<string, Evaluation>();
  readonly #streams = new Set<ServerResponse>();
  readonly #followers = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  /** Newest first; the first is what a submission answers with. */
  static async start(...views: readonly EvaluationView[]): Promise<ApiServer> {
    const server = new ApiServer();
    for (const view of views) server.#evaluations.set(view.id, { view, log: Buffer.alloc(0) });
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What an evaluation has become; everybody who listens is told. */
  change(view: EvaluationView): void {
    this.#evaluations.set(view.id, { log: Buffer.alloc(0), ...this.#evaluations.get(view.id), view });
    for (const stream of this.#streams) stream.write('event: settled\ndata: {}\n\n');
  }

  /** Ends the answers to all who follow a log. */
  dropLogFollowers(): void {
    for (const follower of this.#followers) follower.end();
  }

  /** The bytes of a log. Who follows one without a statement is kept waiting. */
  setLog(id: string, log: Uint8Array): void {
    const evaluation = this.#evaluations.get(id);
    if (evaluation !== undefined) evaluation.log = Buffer.from(log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const seen = { method: request.method ?? '', path, query, headers: request.headers, body };
    this.seen.push(seen);
    const [, , , id, part] = path.split('/');
    if (id === undefined) return seen.method === 'POST' ? this.#accept(response) : this.#list(seen, response);
    const evaluation = this.#evaluations.get(id);
    if (evaluation === undefined) return refuse(response, new Failure('not-found', `there is no evaluation ${id}`));
    if (seen.method === 'DELETE') return cancel(evaluation, response);
    if (part === 'log') return this.#log(evaluation, seen, response);
    if (part === 'events') return this.#events(response);
    json(response, 200, evaluation.view);
  }

  #accept(response: ServerResponse): void {
    if (this.refusal !== undefined) return refuse(response, this.refusal);
    const [first] = this.#evaluations.values();
    if (first === undefined) throw new Error('this server has no evaluation to accept');
    const { id, traceId, links } = first.view;
    json(response, 202, { id, traceId, phase: 'queued', links } satisfies Accepted);
  }

  #list({ query }: Seen, response: ServerResponse): void {
    const all = [...this.#evaluations.values()].map(({ view }) => summaryOf(view));
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 20);
    json(response, 200, { items: all.slice(from, to), ...(to < all.length ? { next: String(to) } : {}) });
  }

  #log({ view, log }: Evaluation, { query }: Seen, response: ServerResponse): void {
    const statement = view.attempts.at(-1)?.log;
    response.writeHead(200, { 'content-type': 'text/plain', 'lacuna-log-state': statement?.state ?? 'open' });
    response.flushHeaders();
    response.write(log.subarray(Number(query.get('offset') ?? 0)));
    if (query.get('follow') === null || statement !== undefined || view.verdict !== undefined) response.end();
    else this.#followers.add(response);
  }

  #events(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }
}

function cancel({ view }: Evaluation, response: ServerResponse): void {
  if (view.verdict === undefined) json(response, 202, view);
  else refuse(response, new Failure('already-settled', `${view.id} is settled; there is nothing to cancel`));
}

function refuse(response: ServerResponse, failure: Failure): void {
  json(response, failure.status, problemDetails(failure));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
