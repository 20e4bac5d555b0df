import { expect, it } from 'vitest';
import { healthAnswer, Metrics, type Health } from '../src/index.ts';

const metrics = new Metrics();
const answer = (path: string, health: Partial<Health>) =>
  healthAnswer(path, { service: 'lacuna-dispatch', state: 'ready', waitingFor: [], ...health }, metrics);

it('is alive in every state but failed, because only then a restart helps', () => {
  for (const state of ['starting', 'ready', 'draining', 'stopped'] as const)
    expect(answer('/healthz', { state })?.status).toBe(200);
  expect(answer('/healthz', { state: 'failed' })?.status).toBe(503);
});

it('is ready when everything is there', () => {
  const ready = answer('/readyz', {});
  expect(ready?.status).toBe(200);
  expect(JSON.parse(ready?.body ?? '')).toEqual({ service: 'lacuna-dispatch', state: 'ready', waitingFor: [] });
});

it.each([
  ['starting', { state: 'starting', waitingFor: ['dispatch: cluster'] }, 'starting'],
  ['cut off from NATS', { state: 'ready', waitingFor: ['dispatch: messaging'] }, 'waiting'],
  ['draining', { state: 'draining', waitingFor: [] }, 'draining'],
] as const)('is not ready while %s, and says what it waits for', (_, health, state) => {
  const notReady = answer('/readyz', health);
  expect(notReady?.status).toBe(503);
  expect(JSON.parse(notReady?.body ?? '')).toEqual({ service: 'lacuna-dispatch', ...health, state });
});

it('shows the metrics as Prometheus text, and knows no other path', () => {
  expect(answer('/metrics', {})).toMatchObject({
    status: 200,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  });
  expect(answer('/', {})).toBeUndefined();
});
