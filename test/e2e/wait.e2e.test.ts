import { CLEAN_UP, type Fact } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesBehindVerdicts, messagesIn } from '../support/history.ts';
import { runCli, type Ran } from '../support/run-cli.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

/** The queue is owed within two seconds, and one evaluation runs at a time; patience with a stage is then 13 seconds. */
let system: System;
beforeAll(async () => {
  system = await startSystem({ env: { LACUNA_DEADLINES: 'queue=2s+1s', LACUNA_CAPACITY: '1' } });
});
afterAll(() => system[Symbol.asyncDispose]());

const lacuna = (...args: readonly string[]): Promise<Ran> => runCli(args, { LACUNA_URL: system.url });
const submit = async (name: string, script: string): Promise<string> =>
  (await system.client.submit({ name, command: ['sh', '-c', script], report: 'none' })).id;

/** It has worked off what was settled while it stood still: what is submitted now is not owed sooner than it can be taken. */
async function dispatchIsAwake(): Promise<void> {
  const nats = await connect({ servers: system.nats.url });
  const { consumers } = await nats.jetstreamManager();
  const isDone = async (): Promise<boolean> => {
    const { num_pending: waiting, num_ack_pending: inHand } = await consumers.info('LACUNA_FACTS', CLEAN_UP);
    return waiting + inHand === 0;
  };
  await eventually('dispatch has cleaned up', isDone, { withinMs: 60_000 });
  await nats.close();
}

test('dispatch is stopped: the auditor gives the queue up, and the wait ends with that verdict', async () => {
  system.services.dispatch.signal('SIGSTOP');
  try {
    const id = await submit('stalled', 'true');
    const { code, stdout } = await lacuna('wait', id);
    expect({ code, stdout }).toMatchObject({ code: 3, stdout: expect.stringMatching(/^✖ error .*queue missing/m) });
  } finally {
    system.services.dispatch.signal('SIGCONT');
  }
  await dispatchIsAwake();
  // It reads first what was submitted, and later that it was given up: behind the verdict nothing may be started.
  expect((await untilSettled(system.client, await submit('next', 'true'))).verdict).toBe('passed');
  expect(changesBehindVerdicts(await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS'))).toEqual([]);
});

test('dispatch and the auditor are stopped: the wait itself ends, with the stage that is stuck, and why', async () => {
  const { dispatch, 'trace-audit': audit } = system.services;
  for (const service of [dispatch, audit]) service.signal('SIGSTOP');
  try {
    const id = await submit('silent', 'true');
    const [ran, json, run] = await Promise.all([
      lacuna('wait', id),
      lacuna('wait', '--json', id),
      lacuna('run', '--suite', 'unit=true'),
    ]);
    const stuck = String.raw`stuck in queue for (1[3-9]|[2-9]\d)\.\ds \(owed within 2\.0s\): dispatch has not taken it from the queue; \d in the queue`;
    expect(ran).toMatchObject({
      code: 7,
      stdout: expect.stringMatching(new RegExp(`^\\? no verdict {2}silent {2}${stuck}`)),
    });
    expect(ran.stderr).toMatch(
      /^… queued {2}silent {2}[\d.]+s {2}waits for the end of queue \([\d.]+s overdue\): dispatch has/m,
    );
    expect(ran.stderr).toContain(`lacuna diagnose ${id} says why`);
    expect(json.code).toBe(7);
    expect(JSON.parse(json.stdout)).toMatchObject({ id, noVerdict: { stage: 'queue', owedWithinMs: 2_000 } });
    expect(JSON.parse(json.stderr)).toMatchObject({ waiting: { id, phase: 'queued', stage: { stage: 'queue' } } });
    expect(run.stderr).toMatch(/^… queued {2}unit {2}[\d.]+s {2}waits for the end of queue/m);
    expect(run).toMatchObject({
      code: 7,
      stdout: expect.stringMatching(new RegExp(`^unit: no verdict: ${stuck}`, 'm')),
    });
  } finally {
    for (const service of [dispatch, audit]) service.signal('SIGCONT');
  }
});

test('the last of a slow queue is waited for longer than any one stage is, because the queue moves', async () => {
  const { 'trace-audit': audit } = system.services;
  // Else the deadline of the queue, which is absurdly short here, would be the verdict.
  audit.signal('SIGSTOP');
  try {
    const begun = Date.now();
    const ids: string[] = [];
    for (let n = 1; n <= 7; n++) ids.push(await submit(`slow-${n}`, 'sleep 4'));
    const last = ids.at(-1) ?? '';
    const waiting = lacuna('wait', last);
    await eventually('the last one runs', async () => (await system.client.get(last)).phase === 'running', {
      withinMs: 150_000,
    });
    expect(Date.now() - begun).toBeGreaterThan(20_000);
    audit.signal('SIGCONT');
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringMatching(/^✔ passed {2}slow-7/) });
  } finally {
    audit.signal('SIGCONT');
  }
});

test('--timeout is a hard bound, whatever lives', async () => {
  const id = await submit('long', 'echo begun; sleep 30');
  await eventually('it runs', async () => (await system.client.get(id)).phase === 'running', { withinMs: 120_000 });
  const { code, stdout, stderr } = await lacuna('wait', '--timeout', '4500ms', id);
  expect({ code, stdout }).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/no verdict within 4\.5s: it is running/),
  });
  expect(stderr).toContain(`${id} goes on`);
  await system.client.cancel(id);
});

test('a bound that is none is a mistake in the command line', async () => {
  const { code, stderr } = await lacuna('wait', '--timeout', 'soon', '@latest');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('Give a duration such as 90s') });
});
