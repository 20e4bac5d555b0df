import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { eventually } from '@lacuna/testing';
import { expect, it } from 'vitest';
import { startTelemetry } from '../src/index.ts';
import { startHttpPeer } from './support/http-peer.ts';
import { sentSpans } from './support/sent-spans.ts';

it('an incoming request has a span even if its server was made before telemetry started; a probe has none', async () => {
  await using collector = await startHttpPeer(() => ({ status: 200, body: '{}' }));
  const server = createServer((_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using telemetry = await startTelemetry({ service: 'lacuna-submit', otlpUrl: collector.url, enabled: true });

  for (const path of ['/readyz', '/healthz', '/metrics', '/v1/evaluations?limit=1'])
    await fetch(url + path).then((r) => r.text());
  await telemetry.flush();

  // What the collector is sent is incoming in this process too.
  const incoming = () =>
    sentSpans(collector).filter(({ scope, path }) => scope.endsWith('instrumentation-http') && path !== '/v1/traces');
  await eventually('a span', () => incoming().length > 0);
  expect(incoming().map(({ path }) => path)).toEqual(['/v1/evaluations']);
  server.close();
  server.closeAllConnections();
});
