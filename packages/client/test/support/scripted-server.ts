import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly seen: readonly Seen[];
  /** Stops listening and cuts every connection. */
  readonly vanish: () => Promise<void>;
}

/** An HTTP server on loopback that answers as the script says; `nth` counts the requests from 0. */
export async function scriptedServer(
  script: (request: Seen, response: ServerResponse, nth: number) => void,
): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const { method = '', headers } = request;
      const entry: Seen = { method, path: pathname, query: searchParams, headers, body };
      script(entry, response, seen.push(entry) - 1);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const vanish = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((closed) => server.close(closed));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    vanish,
    [Symbol.asyncDispose]: vanish,
  };
}

/** Answers with JSON; `problem` documents get their own content type. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
}
