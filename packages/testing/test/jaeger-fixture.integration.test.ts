import { expect, test } from 'vitest';
import { eventually, startTestJaeger } from '../src/index.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';

async function send(otlpUrl: string, spanId: string): Promise<void> {
  const nanos = `${Date.now()}000000`;
  const status = { code: 2, message: 'no pod' };
  const span = {
    traceId: TRACE_ID,
    spanId,
    name: 'pod.create',
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    status,
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'k8s-watch' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${otlpUrl}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
}

test('a trace that was sent can be read, also after a restart; an unknown one is undefined', async () => {
  await using jaeger = await startTestJaeger();
  expect(await jaeger.trace(TRACE_ID)).toBeUndefined();
  await send(jaeger.otlpUrl, 'eee19b7ec3c1b174');
  const spans = await eventually('the trace', () => jaeger.trace(TRACE_ID));
  expect(spans).toMatchObject([
    { name: 'pod.create', service: 'k8s-watch', attributes: { error: true, 'otel.status_description': 'no pod' } },
  ]);
  await jaeger.restart();
  expect(await jaeger.trace(TRACE_ID)).toEqual(spans);
});

test('a stopped Jaeger refuses spans until it is restarted', async () => {
  await using jaeger = await startTestJaeger();
  await jaeger.stop();
  await expect(send(jaeger.otlpUrl, 'eee19b7ec3c1b174')).rejects.toThrow('fetch failed');
  await jaeger.restart();
  await send(jaeger.otlpUrl, 'eee19b7ec3c1b174');
  await eventually('the trace', () => jaeger.trace(TRACE_ID));
});
