import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

const LOGS = 'LACUNA_LOGS';
/** Noise, because text is packed and would take next to no room. */
const TWO_MB = 'head -c 2000000 /dev/urandom';

let system: System;
beforeAll(async () => void (system = await startSystem()));
afterAll(() => system[Symbol.asyncDispose]());

const settled = (id: Parameters<System['client']['get']>[0]) => untilSettled(system.client, id);

test('a log store that is full holds up the capture and says so; when there is room again, nothing is lost', async () => {
  await using connection = await connected();
  const { jsm, nats } = connection;
  const { config, state } = await jsm.streams.info(LOGS);
  const held = nats.subscribe('lacuna.evaluation.*.*.log-held-up.>', { max: 1 });
  await jsm.streams.update(LOGS, { ...config, max_bytes: state.bytes + 600_000 });
  const { id } = await system.client.submit({ command: ['sh', '-c', TWO_MB], report: 'none' });
  for await (const message of held)
    expect(message.json()).toMatchObject({
      evaluation: id,
      data: { why: expect.stringMatching(/maximum bytes/) as string },
    });
  await jsm.streams.update(LOGS, { ...config, max_bytes: -1 });
  const view = await settled(id);
  expect(view.attempts[0]?.log).toMatchObject({ state: 'sealed', bytes: 2_000_000 });
  expect(view.verdict, view.reason).toBe('passed');
});

test('a log that ends while its store is full is proven all the same, and closed in the store when there is room again', async () => {
  await using connection = await connected();
  const { jsm } = connection;
  const { config } = await jsm.streams.info(LOGS);
  const { id } = await system.client.submit({ command: ['sh', '-c', 'echo whole; sleep 3'], report: 'none' });
  const subject = `lacuna.log.${id}.>`;
  const stored = async () => (await jsm.streams.info(LOGS, { subjects_filter: subject })).state;
  await eventually('its line is stored', async () => Object.keys((await stored()).subjects ?? {}).length > 0);
  await jsm.streams.update(LOGS, { ...config, max_bytes: (await stored()).bytes });
  const view = await settled(id);
  expect(view.attempts[0]?.log).toMatchObject({ state: 'sealed', lines: 1 });
  const closedWith = async () =>
    (await jsm.streams.getMessage(LOGS, { last_by_subj: subject })).header.get('Lacuna-Closed') || undefined;
  expect(await closedWith()).toBeUndefined();
  await jsm.streams.update(LOGS, { ...config, max_bytes: -1 });
  expect(JSON.parse(await eventually('it is closed', closedWith))).toMatchObject({ state: 'sealed', lines: 1 });
});

test('a log over its budget is stored up to it, and what was dropped is said to the byte', async () => {
  const { id } = await system.client.submit({ command: ['sh', '-c', TWO_MB], report: 'none', logBudget: '300k' });
  const view = await settled(id);
  expect(view).toMatchObject({
    verdict: 'incomplete',
    reason: expect.stringMatching(/^truncated by policy, 1 700 000 bytes dropped/) as string,
  });
  expect(view.attempts[0]?.log).toMatchObject({
    cause: 'policy',
    bytes: 300_000,
    lost: { from: 300_000, to: 2_000_000 },
  });
  let bytes = 0;
  for await (const chunk of (await system.client.log(id, {})).body) bytes += chunk.length;
  expect(bytes).toBe(300_000);
});

test('a collector that is stopped in the middle of a log goes on where it was', async () => {
  const script = 'for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.3; done';
  const { id } = await system.client.submit({ command: ['sh', '-c', script], report: 'none' });
  const { pid } = system.services['log-collect'];
  await eventually('it runs, or did', async () =>
    ['running', 'collecting', 'judging', 'settled'].includes((await system.client.get(id)).phase),
  );
  process.kill(pid ?? 0, 'SIGSTOP');
  // The program ends meanwhile, and the work item is taken back and given again.
  await delay(4_000);
  process.kill(pid ?? 0, 'SIGCONT');
  const view = await settled(id);
  expect(view.verdict, view.reason).toBe('passed');
  expect(view.attempts[0]?.log).toMatchObject({ state: 'sealed', lines: 9 });
});

/** Past our code, as an operator has it. */
async function connected() {
  const nats = await connect({ servers: system.nats.url });
  const jsm = await nats.jetstreamManager();
  return { nats, jsm, [Symbol.asyncDispose]: () => nats.close() };
}
