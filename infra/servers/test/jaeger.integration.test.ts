import { expect, test } from 'vitest';
import { startJaeger } from '../src/jaeger.ts';
import { resolveBinary } from '../src/resolve-server.ts';
import { sandbox, until } from './support/sandbox.ts';

async function jaegerBinary(): Promise<string> {
  const server = await resolveBinary('jaeger');
  if (server.kind === 'unavailable') throw new Error(server.message);
  return server.path;
}

const TRACE_ID = '5b8efff798038103d269b633813fc60c';

async function sendSpan(otlpUrl: string): Promise<void> {
  const nanos = `${Date.now()}000000`;
  const span = {
    traceId: TRACE_ID,
    spanId: 'eee19b7ec3c1b174',
    name: 'x',
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${otlpUrl}/v1/traces`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

const hasTrace = async (queryUrl: string): Promise<boolean> => (await fetch(`${queryUrl}/api/traces/${TRACE_ID}`)).ok;

test('Jaeger takes a span and gives it back, before and after a restart on the same ports and data', async () => {
  await using machine = await sandbox();
  const options = { path: await jaegerBinary(), dataDir: machine.folder };
  await using first = await startJaeger(options);
  await sendSpan(first.otlpUrl);
  await until('the trace is stored', () => hasTrace(first.queryUrl));
  await first.stop();
  expect(await first.exited).toEqual({ code: 0, signal: null });

  await using second = await startJaeger({ ...options, ports: first.ports });
  expect(second.queryUrl).toBe(first.queryUrl);
  expect(await hasTrace(second.queryUrl)).toBe(true);
});

test('a stored trace survives kill -9', async () => {
  await using machine = await sandbox();
  const options = { path: await jaegerBinary(), dataDir: machine.folder };
  await using first = await startJaeger(options);
  await sendSpan(first.otlpUrl);
  await until('the trace is stored', () => hasTrace(first.queryUrl));
  await first.kill();
  await using second = await startJaeger(options);
  expect(await hasTrace(second.queryUrl)).toBe(true);
});

test('several run side by side, with no port of theirs in common', async () => {
  await using machine = await sandbox();
  await using otherMachine = await sandbox();
  const path = await jaegerBinary();
  await using one = await startJaeger({ path, dataDir: machine.folder });
  await using other = await startJaeger({ path, dataDir: otherMachine.folder });
  const ports = [one, other].flatMap((server) => Object.values(server.ports));
  expect(new Set(ports).size).toBe(6);
  expect((await fetch(`${other.queryUrl}/api/services`)).ok).toBe(true);
});
