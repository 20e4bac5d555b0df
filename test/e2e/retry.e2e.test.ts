import { join } from 'node:path';
import type { Alert, EvaluationId } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { allSettled, untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';
import { wholeTrace } from '../support/whole-trace.ts';

let stack: AsyncDisposableStack;
let system: System;
let dir: string;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  dir = stack.use(await tempDir()).path;
  system = stack.use(await startSystem());
});
afterAll(() => stack.disposeAsync());

/** Tells its pid and waits to be killed; when it is run again, does the other thing. */
const killedOnce = (mark: string, again: string) => ({
  name: mark,
  command: ['sh', '-c', `[ -e "$MARK" ] && { echo again; ${again}; }; touch "$MARK"; echo $$; exec sleep 60`],
  env: { MARK: join(dir, mark) },
  report: 'none',
});

async function logOf(id: EvaluationId, follow = false): Promise<string> {
  const { body } = await system.client.log(id, { follow });
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

/** Kills what the command names, itself or its agent, as anybody on the machine could, once it has told the pid. */
async function kill(id: EvaluationId, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const pid = await eventually('its pid', async () => Number(/^[0-9]+$/m.exec(await logOf(id))?.[0]) || undefined, {
    withinMs: 60_000,
  });
  process.kill(pid, signal);
}

/** What was told of the one alert, in order, once its end is told. */
const alertsOf = (id: EvaluationId): Promise<string[]> =>
  eventually('the alert is resolved', async () => {
    const alerts = await messagesIn<Alert>(system.nats.url, 'LACUNA_ALERTS');
    const told = alerts.filter(({ evaluation }) => evaluation === id).map(({ status }) => status);
    return told.includes('resolved') ? told : undefined;
  });

const settled = (id: EvaluationId) => untilSettled(system.client, id);

test('a killed command that may be run again passes with its second attempt, and the trace shows both and why', async () => {
  const { id } = await system.client.submit({ ...killedOnce('passes', 'exit 0'), retries: 1 });
  const followed = logOf(id, true);
  await kill(id);
  const view = await settled(id);
  expect(await followed).toMatch(/^[0-9]+\nagain\n$/);
  expect(view).toMatchObject({
    verdict: 'passed',
    reason: expect.stringMatching(/^exit code 0.*\(attempt 2; attempt 1: infrastructure: killed by SIGKILL/),
  });
  expect(view.attempts).toHaveLength(2);
  expect(view.findings).toMatchObject([
    { stage: 'container.run', cause: 'killed', clearedAt: expect.any(Number) as number },
  ]);
  expect(await alertsOf(id)).toEqual(['raised', 'resolved']);
  expect(await logOf(id)).toBe('again\n');
  const names = (await wholeTrace(system.jaeger, id)).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'container.run killed',
      'retry: infrastructure',
      'container.run (attempt 2)',
      'verdict (attempt 2)',
    ]),
  );
});

test('a second attempt can be cancelled like a first one', async () => {
  const { id } = await system.client.submit({ ...killedOnce('cancelled', 'exec sleep 60'), retries: 3 });
  await kill(id);
  await eventually('its second attempt', async () => (await logOf(id)) === 'again\n', { withinMs: 60_000 });
  await system.client.cancel(id);
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'cancelled' });
  expect(view.attempts).toHaveLength(2);
});

test('a command that fails by itself is not run again', async () => {
  const { id } = await system.client.submit({ command: ['sh', '-c', 'exit 3'], retries: 3, report: 'none' });
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'failed', reason: 'exit code 3' });
  expect(view.attempts).toHaveLength(1);
});

test('a command that its agent stops while that is shut down, and that calls it success, has not passed by that; it is made again', async () => {
  const { id } = await system.client.submit({
    ...killedOnce('stopped', 'exit 0'),
    command: ['sh', '-c', '[ -e "$MARK" ] && exit 0; touch "$MARK"; trap "exit 0" TERM; echo $PPID; sleep 60 & wait'],
    retries: 1,
  });
  await kill(id, 'SIGTERM');
  expect(await settled(id)).toMatchObject({
    verdict: 'passed',
    reason: expect.stringMatching(/\(attempt 2; attempt 1: infrastructure: stopped from outside/) as string,
    findings: [{ stage: 'container.run', cause: 'stopped', clearedAt: expect.any(Number) as number }],
  });
});

test('of fifty commands that an agent has in hand when it is shut down, started or not, all pass', async () => {
  const first = await system.client.submit({
    command: ['sh', '-c', 'echo $PPID; exec sleep 5'],
    report: 'none',
    retries: 1,
  });
  const results = await system.client.submitBatch(
    Array.from({ length: 50 }, () => ({ command: ['sleep', '0.5'], report: 'none' as const, retries: 1 })),
  );
  const ids = results.map((result) => {
    if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
    return result.accepted.id;
  });
  await kill(first.id, 'SIGTERM');
  const views = await allSettled(system.client, [first.id, ...ids], 150_000);
  for (const { verdict, reason, attempts } of views) {
    expect.soft({ verdict, reason }).toMatchObject({ verdict: 'passed' });
    expect.soft(attempts.length).toBeLessThanOrEqual(2);
  }
  expect(views[0]?.findings).toMatchObject([{ cause: 'stopped' }]);
});
