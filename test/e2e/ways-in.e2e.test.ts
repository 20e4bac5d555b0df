import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { spanIdOf, STAGES, type Accepted } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LACUNA } from '../support/run-cli.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';
import { wholeTrace } from '../support/whole-trace.ts';

const run = promisify(execFile);
let system: System;
beforeAll(async () => void (system = await startSystem({ env: { LACUNA_DEADLINES: 'pod.create=2s+8s' } })));
afterAll(() => system[Symbol.asyncDispose]());

const SPEC = { name: 'hello', command: ['sh', '-c', 'echo hello'] };

/** Every way in, as somebody without our code would use it. */
const WAYS: Record<string, () => Promise<Accepted>> = {
  curl: async () => {
    const { stdout } = await run('curl', [
      '-sS',
      '-XPOST',
      `${system.url}/v1/evaluations`,
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify(SPEC),
    ]);
    return JSON.parse(stdout) as Accepted;
  },
  'a NATS request': async () => {
    const nats = await connect({ servers: system.nats.url });
    const reply = await nats.request('lacuna.submit.v1', JSON.stringify(SPEC));
    await nats.close();
    return reply.json<Accepted>();
  },
  'lacuna submit': async () => {
    const { stdout } = await run(process.execPath, [
      LACUNA,
      'submit',
      '--url',
      system.url,
      '--json',
      '--name',
      'hello',
      '--',
      'sh',
      '-c',
      'echo hello',
    ]);
    return JSON.parse(stdout) as Accepted;
  },
};

test('an option that the embedded cluster has no meaning for is warned of, by all who wait and in the status', async () => {
  const cli = (...args: string[]) => run(process.execPath, [LACUNA, '--url', system.url, '--no-color', ...args]);
  const warning = '! image is ignored: the embedded cluster runs the command on this machine as it is\n';
  const waited = await cli('submit', '--wait', '--image', 'busybox:1', '--', 'true');
  expect(waited.stderr).toContain(`\n${warning}✔ passed  true`);
  expect((await cli('run', '--image', 'busybox:1', '--suite', 'unit=true')).stderr).toContain(warning);
  const { stdout } = await cli('status', '@latest');
  expect(stdout).toMatch(/^warning {3}image is ignored: /m);
  expect((await cli('submit', '--wait', '--', 'true')).stderr).not.toContain('ignored');
});

describe('an evaluation submitted by', () => {
  test.for(Object.keys(WAYS))('%s runs, and its trace in Jaeger has every stage under one root', async (way) => {
    const accepted = await WAYS[way]!();
    const view = await untilSettled(system.client, accepted.id);
    expect(view.verdict, view.reason).toBe('passed');
    const trace = await wholeTrace(system.jaeger, accepted.id);
    expect(
      new Set(trace.map((span) => span.attributes['lacuna.stage']).filter((stage) => stage !== undefined)),
    ).toEqual(new Set(STAGES));
  });
});

test('a pod that never comes is an ERROR span whose name says so and whose message says why', async () => {
  const { id, traceId } = await system.client.submit({ command: ['true'], labels: { 'lacuna.fault': 'no-pod' } });
  const view = await untilSettled(system.client, id);
  expect(view.verdict).toBe('error');
  const hole = await eventually(
    'the hole in Jaeger',
    async () => (await system.jaeger.trace(traceId))?.find((span) => span.name === 'pod.create missing'),
    { withinMs: 60_000 },
  );
  expect(hole.attributes).toMatchObject({ error: true, 'error.type': 'lacuna.missing.pod.create' });
  expect(hole.attributes['otel.status_description']).toMatch(/^FailedCreate: .*exceeded quota/);
  expect(hole.durationMicros).toBeGreaterThan(1_900_000);
});

test('a pod that comes late is a late span, its alert is resolved, and the evaluation goes on', async () => {
  const { id, traceId } = await system.client.submit({
    command: ['true'],
    // Amid the time between its being missed and its being given up.
    labels: { 'lacuna.fault': 'slow-pod:6000' },
  });
  const view = await untilSettled(system.client, id);
  expect(view.verdict, view.reason).toBe('passed');
  expect(view.findings).toMatchObject([{ stage: 'pod.create', cause: 'missing' }]);
  expect(view.findings[0]?.clearedAt).toBeDefined();
  await eventually(
    'hole and late span in Jaeger',
    async () => {
      const names = (await system.jaeger.trace(traceId))?.map((span) => span.name) ?? [];
      return names.includes('pod.create missing') && names.includes('pod.create late');
    },
    { withinMs: 60_000 },
  );
});

test('a cut tail is an ERROR span that says at which byte', async () => {
  const { id, traceId } = await system.client.submit({
    command: ['seq', '1', '5000'],
    labels: { 'lacuna.fault': 'cut-log:1000' },
  });
  const view = await untilSettled(system.client, id);
  expect(view.verdict).toBe('incomplete');
  const cut = await eventually(
    'the cut in Jaeger',
    async () => (await system.jaeger.trace(traceId))?.find((span) => span.name === 'log.capture truncated'),
    { withinMs: 60_000 },
  );
  expect(cut.attributes['otel.status_description']).toMatch(/^log cut after byte 1 000/);
});

test('cancelling works in every phase, and says so', async () => {
  const running = await system.client.submit({ command: ['sleep', '300'] });
  await eventually('it runs', async () => (await system.client.get(running.id)).phase === 'running', {
    withinMs: 60_000,
  });
  await system.client.cancel(running.id);
  const view = await untilSettled(system.client, running.id);
  expect(view.verdict, view.reason).toBe('cancelled');
  const podless = await system.client.submit({ command: ['true'], labels: { 'lacuna.fault': 'no-pod' } });
  await system.client.cancel(podless.id);
  expect((await untilSettled(system.client, podless.id)).verdict).toBe('cancelled');
});

test("the command's env values reach it, and nothing else: no fact, no span, no log of ours", async () => {
  const canary = 'canary-5f3a9c';
  const { id, traceId } = await system.client.submit({
    command: ['sh', '-c', 'test "$TOKEN" = canary-5f3a9c'],
    env: { TOKEN: canary },
  });
  const view = await untilSettled(system.client, id);
  expect(view.verdict, view.reason).toBe('passed');
  const { env: _, command: __, ...rest } = view.spec;
  const trace = await eventually('the trace', () => system.jaeger.trace(traceId), { withinMs: 60_000 });
  const seen = JSON.stringify([rest, view.evidence, view.attempts, trace]);
  expect(seen).not.toContain(canary);
  for (const service of Object.values(system.services)) expect(service.output).not.toContain(canary);
});

test('TRACEPARENT lets the spans of the command join the trace', async () => {
  const { id, traceId } = await system.client.submit({ command: ['sh', '-c', 'echo $TRACEPARENT'], report: 'none' });
  await untilSettled(system.client, id);
  const { body } = await system.client.log(id);
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  expect(text).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01\n$`));
});

test("the services' own spans hang under the root as details, with the request that brought the evaluation as a link", async () => {
  const { id, traceId } = await system.client.submit({ command: ['true'] });
  await untilSettled(system.client, id);
  const root = spanIdOf(id, 1, 'root');
  const detail = await eventually(
    'the detail span',
    async () => (await system.jaeger.trace(traceId))?.find((span) => span.name === 'publish submitted'),
    { withinMs: 60_000 },
  );
  expect(detail).toMatchObject({ parentSpanId: root, service: 'lacuna-submit' });
  expect(detail.links).toHaveLength(1);
});
