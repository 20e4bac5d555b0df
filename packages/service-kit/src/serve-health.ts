import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { healthAnswer, type Health } from './health.ts';
import type { Metrics } from './metrics.ts';

interface HealthEndpointOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly health: () => Health;
  readonly metrics: Metrics;
}

interface HealthEndpoint extends AsyncDisposable {
  readonly url: string;
}

/**
 * `/healthz`, `/readyz` and `/metrics` for a service without HTTP of its own. Read-only and without any evaluation's data, so it may be
 * bound where a kubelet and a Prometheus can reach it.
 */
export async function serveHealth({ host, port, health, metrics }: HealthEndpointOptions): Promise<HealthEndpoint> {
  const server = createServer((request, response) => answer(request, response, health(), metrics));
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, health: Health, metrics: Metrics): void {
  const found = healthAnswer(request.url?.split('?')[0] ?? '', health, metrics);
  if (found === undefined) response.writeHead(404).end();
  else if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
  else
    response
      .writeHead(found.status, { 'content-type': found.contentType, 'cache-control': 'no-store' })
      .end(found.body);
}
