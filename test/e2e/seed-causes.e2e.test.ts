import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Confidence, DiagnosisView, EvaluationSpec, EvaluationView } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

/**
 * The five causes that the investigation ranked from which this project began, each made for real, on services as processes of their
 * own: the diagnosis must rank the right one first, by facts.
 */
let system: System;
beforeAll(async () => void (system = await startSystem({ env: { LACUNA_REREAD: '500ms' } })));
afterAll(() => system[Symbol.asyncDispose]());

const submit = async (spec: EvaluationSpec): Promise<string> => (await system.client.submit(spec)).id;
const settled = (id: string): Promise<EvaluationView> => untilSettled(system.client, id);

/** The diagnosis, once it ranks this cause first, and is as sure as that. */
const ranked = (id: string, cause: string, confidence?: Confidence): Promise<DiagnosisView> =>
  eventually(
    `${cause} ranked first`,
    async () => {
      const view = await system.client.diagnosis(id);
      const [first] = view.causes;
      if (first?.cause !== cause || first.confidence !== (confidence ?? first.confidence))
        throw new Error(JSON.stringify(view, undefined, 2));
      return view;
    },
    { withinMs: 60_000 },
  );

const firstCause = async (id: string): Promise<string | undefined> =>
  (await system.client.diagnosis(id)).causes[0]?.cause;

test('1: the dispatcher does not process the queue: evaluations wait, and no Job is created', async () => {
  system.services.dispatch.signal('SIGSTOP');
  try {
    const ids = await Promise.all([1, 2, 3].map((n) => submit({ name: `parallel-${n}`, command: ['true'] })));
    const view = await ranked(ids[2] ?? '', 'dispatch-stalled', 'certain');
    expect(view).toMatchObject({ condition: 'waiting', phase: 'queued' });
    expect(view.causes[0]?.for.join('\n')).toMatch(/it has waited [\d.]+s for a slot, and dispatch has not said why/);
    expect(view.causes[0]?.for.join('\n')).toMatch(/3 evaluations wait, the oldest for/);
    expect(view.causes[0]?.advice).toMatch(/restart it. Nothing is lost/);
    system.services.dispatch.signal('SIGCONT');
    const views = await Promise.all(ids.map(settled));
    expect(views.map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'passed']);
  } finally {
    system.services.dispatch.signal('SIGCONT');
  }
});

test('2: the output stops abruptly, without a summary line, because the log is cut and not because tests failed', async () => {
  const suite = fileURLToPath(new URL('../../packages/cli/demo/talkative.suite.mjs', import.meta.url));
  const command = [process.execPath, '--test-reporter=tap', suite];
  const labels = { 'lacuna.fault': 'cut-log:48213' };
  const id = await submit({ name: 'e2e', command, labels, expect: { tests: 25 } });
  expect(await settled(id)).toMatchObject({ verdict: 'incomplete' });
  const view = await ranked(id, 'log-cut');
  expect(view.causes[0]).toMatchObject({ confidence: 'certain' });
  expect(view.causes[0]?.for.join('\n')).toMatch(/log cut after byte 48 213/);
  expect(view.causes[0]?.for.join('\n')).toMatch(/17 of 25, summary missing, 8 tests unaccounted/);
  expect(view.causes[0]?.advice).toMatch(/Do not read this run as failed/);
});

describe('3: programs that end badly on purpose are told apart from crashes', () => {
  test.each([
    ['exit-by-design', 'sys.exit', ['python3', '-c', 'import sys; print("not good enough"); sys.exit(3)']],
    ['uncaught-exception', 'division by zero', ['python3', '-c', 'print("dividing"); print(1 / 0)']],
    ['uncaught-exception', 'uncaught', [process.execPath, '-e', "throw new Error('on purpose')"]],
    ['crash', 'segfault', ['sh', '-c', 'echo near the edge; kill -SEGV $$']],
    ['killed', 'killed from outside', ['sh', '-c', 'kill -KILL $$']],
  ] as const)('%s: %s', async (cause, name, command) => {
    const id = await submit({ name, command: [...command] });
    await settled(id);
    const { causes } = await ranked(id, cause);
    expect(causes[0]?.confidence).toBe('certain');
  });
});

/** Two connections at a time, each taking its time; a suite has an error when a connection is not let in. */
const SUITE = `
  const http = require('node:http');
  let open = 2;
  for (let i = 0; i < 2; i++)
    http.get(process.argv[1], { agent: false }, (answer) => answer.resume().on('end', () => --open || console.log('2 passed')))
      .on('error', (error) => { console.error('request ' + i + ' failed: ' + error.code); process.exitCode = 1; });
`;

test('4: two suites share an API that lets in too few connections: each passes alone, together one fails', async () => {
  // Whoever is let in holds on until somebody else was not, once two suites are to meet.
  let turnedAway = Promise.resolve();
  const api = createServer((_, response) => void turnedAway.then(() => response.end('ok')));
  api.maxConnections = 2;
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  try {
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
    const spec = { name: 'suite', command: [process.execPath, '-e', SUITE, url], report: 'none' } as const;
    const suite = { ...spec, command: [...spec.command] };
    const alone = await submit(suite);
    expect(await settled(alone)).toMatchObject({ verdict: 'passed' });
    expect(await firstCause(alone)).toBeUndefined();
    turnedAway = once(api, 'drop').then(() => undefined);
    const both = await Promise.all([submit(suite), submit(suite)]);
    const views = await Promise.all(both.map(settled));
    const failed = views.filter(({ verdict }) => verdict === 'failed');
    expect(failed).not.toEqual([]);
    const { causes } = await ranked(failed[0]?.id ?? '', 'api-sessions');
    expect(causes[0]?.for.join('\n')).toMatch(/connection reset.*request \d failed: ECONNRESET/);
    expect(causes[0]?.for.join('\n')).toMatch(/1 other evaluation ran at the same time/);
    expect(causes[0]?.advice).toMatch(/too few connections/);
  } finally {
    api.closeAllConnections();
    api.close();
  }
});

test('5: the API limits the rate of Job creation: some evaluations get their Jobs, others wait for them', async () => {
  const labels = { 'lacuna.fault': 'api-429:6' };
  const limited = await submit({ name: 'limited', command: ['true'], labels });
  const view = await ranked(limited, 'api-throttled');
  expect(view).toMatchObject({ condition: 'waiting', phase: 'queued', causes: [{ confidence: 'certain' }] });
  expect(view.causes[0]?.for.join('\n')).toMatch(/429 Too Many Requests/);
  const free = await submit({ name: 'free', command: ['true'] });
  expect(await settled(free)).toMatchObject({ verdict: 'passed' });
  expect(await settled(limited)).toMatchObject({ verdict: 'passed' });
  const late = await ranked(limited, 'api-throttled');
  expect(late).toMatchObject({ condition: 'sound', causes: [{ confidence: 'likely' }] });
  expect(late.causes[0]?.for.join('\n')).toMatch(/its Job came late: [\d.]+s lost to throttling, \d requests/);
});

test('together: what they were is counted by cause, by their facts and, where these do not decide, their logs', async () => {
  const { causes } = await system.client.diagnoseRange({ since: new Date(Date.now() - 600_000) });
  const counted = Object.fromEntries(causes.map(({ cause, evaluations }) => [cause, evaluations]));
  // The ends of logs are read where facts alone do not say why a program failed.
  expect(counted).toMatchObject({ 'log-cut': 1, crash: 1, killed: 1, 'exit-by-design': 1, 'uncaught-exception': 2 });
});
