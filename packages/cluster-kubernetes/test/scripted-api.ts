import { tempDir } from '@lacuna/testing';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ApiObject } from '../src/api-objects.ts';
import { openKubernetesCluster } from '../src/index.ts';
import type { KubernetesClusterOptions } from '../src/open-kubernetes-cluster.ts';

interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, seen: Seen) => unknown;
type Kind = 'jobs' | 'pods' | 'events' | 'nodes' | 'configmaps';
type Verb = 'list' | 'watch' | 'create' | 'get' | 'patch' | 'delete' | 'log';

/** An API server that says what a test has prepared, in order; prepared answers run out into an empty cluster whose watches are silent. */
export class ScriptedApi implements AsyncDisposable {
  readonly seen: (Seen & { readonly call: string })[] = [];
  readonly #server: Server;
  readonly #dir: string;
  readonly #scripts = new Map<string, Answer[]>();
  readonly #stack: AsyncDisposableStack;

  private constructor(server: Server, dir: string, stack: AsyncDisposableStack) {
    this.#server = server;
    this.#dir = dir;
    this.#stack = stack;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ScriptedApi> {
    const stack = new AsyncDisposableStack();
    const dir = stack.use(await tempDir());
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    return new ScriptedApi(server, dir.path, stack);
  }

  /** Prepares the next answers to a call such as `watch pods` or `create jobs`. */
  on(call: `${Verb} ${Kind}`, ...answers: readonly Answer[]): this {
    this.#scripts.set(call, [...(this.#scripts.get(call) ?? []), ...answers]);
    return this;
  }

  calls(call: `${Verb} ${Kind}`): readonly Seen[] {
    return this.seen.filter((seen) => seen.call === call);
  }

  async open(options: KubernetesClusterOptions = {}, user: object = { token: 'secret' }) {
    const { port } = this.#server.address() as AddressInfo;
    const kubeconfig = join(this.#dir, 'kubeconfig');
    const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
    const config = {
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'evals' } }],
      'current-context': 'x',
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    return openKubernetesCluster({ kubeconfig, ...options });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const seen = { method: request.method ?? '', url, headers: request.headers, body: await text(request) };
    const call = callOf(seen);
    this.seen.push({ ...seen, call });
    const prepared = this.#scripts.get(call)?.shift() ?? usual(call);
    prepared(response, seen);
  }
}

function callOf({ method, url }: Seen): string {
  const [, kind = '', name, sub] =
    /\/(jobs|pods|events|nodes|configmaps)(?:\/([^/]+))?(?:\/(log))?$/.exec(url.pathname) ?? [];
  if (sub !== undefined) return `log ${kind}`;
  if (method === 'POST') return `create ${kind}`;
  if (name !== undefined) return `${method.toLowerCase()} ${kind}`;
  return `${url.searchParams.has('watch') ? 'watch' : 'list'} ${kind}`;
}

function usual(call: string): Answer {
  if (call.startsWith('list')) return listing('1');
  if (call.startsWith('watch')) return stream();
  return json(404, { message: 'not found' });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function plain(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

export function listing(resourceVersion: string, ...items: readonly ApiObject[]): Answer {
  return json(200, { metadata: { resourceVersion }, items });
}

export const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** A body that stays open behind what it says. */
export function stream(...parts: readonly string[]): Answer {
  return (response) => {
    response.writeHead(200).flushHeaders();
    for (const part of parts) response.write(part);
  };
}

/** A body that ends in good order behind what it says. */
export function closing(...parts: readonly string[]): Answer {
  return (response) => response.writeHead(200).end(parts.join(''));
}

/** A body whose connection breaks behind what it says. */
export function breaking(...parts: readonly string[]): Answer {
  return (response) => {
    response.writeHead(200).flushHeaders();
    response.write(parts.join(''), () => response.destroy());
  };
}
