import { expect, it } from 'vitest';
import { Metrics, type Health } from '../src/index.ts';
import { serveHealth } from '../src/serve-health.ts';

it('answers probes and scrapes, and nothing else', async () => {
  let health: Health = { service: 'lacuna-k8s-watch', state: 'starting', waitingFor: ['k8s-watch: messaging'] };
  const metrics = new Metrics();
  metrics.counter('lacuna_facts_total', 'Facts.', {});
  await using endpoint = await serveHealth({ host: '127.0.0.1', port: 0, health: () => health, metrics });
  const status = async (path: string, method = 'GET') => (await fetch(endpoint.url + path, { method })).status;

  expect(await status('/readyz')).toBe(503);
  health = { ...health, state: 'ready', waitingFor: [] };
  expect(await status('/readyz?verbose')).toBe(200);
  expect(await status('/healthz')).toBe(200);
  expect(await fetch(`${endpoint.url}/metrics`).then((response) => response.text())).toContain('lacuna_facts_total 0');
  expect(await status('/')).toBe(404);
  expect(await status('/readyz', 'POST')).toBe(405);
});

it('fails to start when its port is taken', async () => {
  const options = {
    host: '127.0.0.1',
    health: () => ({ service: 'x', state: 'ready', waitingFor: [] }) as const,
    metrics: new Metrics(),
  };
  await using first = await serveHealth({ ...options, port: 0 });
  await expect(serveHealth({ ...options, port: Number(new URL(first.url).port) })).rejects.toThrow('EADDRINUSE');
});
