import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Failure, fact, type EvaluationId, type Fact } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendAlerts } from '../src/send-alerts.ts';

interface Posted {
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

let nats: NatsFixture;
let bus: Bus;
let receiver: Server;
/** What the receiver took, in its order: `firing pod.create`. */
const taken: string[] = [];
/** What NATS has, which keeps one of each. */
const published = new Set<string>();
let refusals = 0;
/** Whether the receiver takes an alert of this status now. */
let takes: (status: string) => boolean = () => true;
const stop = new AbortController();
let sending: Promise<unknown>;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'alerts-test' });
  await bus.provision();
  receiver = createServer((request, response) => {
    void json(request).then((body) => {
      const [{ status, labels }] = (body as Posted).alerts as [Posted['alerts'][number]];
      const isTaken = takes(status);
      if (isTaken) taken.push(`${status} ${labels['evaluation']}`);
      response.writeHead(isTaken ? 200 : 503).end();
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const config = { webhookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
  const log = { warn: () => undefined, error: () => undefined };
  const publishAlert: Bus['publishAlert'] = async (alert) => {
    if (alert.status === 'raised' && refusals-- > 0) throw new Failure('overloaded', 'away');
    await bus.publishAlert(alert);
    published.add(`${alert.status} ${alert.evaluation}`);
  };
  const told = { work: bus.work.bind(bus), readFacts: bus.readFacts.bind(bus), publishAlert };
  const context = { bus: told, clock: { nowMs: () => Date.now() }, config, log, signal: stop.signal };
  sending = Promise.all(sendAlerts(context as unknown as Parameters<typeof sendAlerts>[0]));
});
afterAll(async () => {
  stop.abort();
  await sending;
  receiver.close();
  receiver.closeAllConnections();
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const finding = (evaluation: EvaluationId, type: 'finding-raised' | 'finding-cleared'): Fact => {
  const about = { stage: 'pod.create', cause: 'missing' } as const;
  return type === 'finding-raised'
    ? fact(type, { evaluation, at: 1 }, { ...about, reason: 'quota', since: 0, notOwed: [] })
    : fact(type, { evaluation, at: 2 }, { ...about, evidence: 'it came late' });
};
const tell = async (story: Story, ...more: readonly Fact[]): Promise<void> => {
  for (const one of [...story.facts.map((told) => told.fact), ...more]) await bus.publishFact(one);
};

test('an alert that could not be delivered before its hole was filled is resolved behind that, not for ever firing', async () => {
  const evaluation = testId(1);
  let refused = 0;
  refusals = 1;
  // Away for what is raised, and there for what is resolved: that is then delivered first.
  takes = (status) => status === 'resolved' || ++refused > 2;
  await tell(
    new Story(evaluation).submitted(),
    finding(evaluation, 'finding-raised'),
    finding(evaluation, 'finding-cleared'),
  );
  await eventually('it was raised', () => taken.includes(`firing ${evaluation}`), { withinMs: 30_000 });
  await eventually('and then resolved', () => taken.at(-1) === `resolved ${evaluation}`, { withinMs: 10_000 });
  await eventually('both on NATS', () => published.size === 2, { withinMs: 10_000 });
  expect([...published]).toEqual([`raised ${evaluation}`, `resolved ${evaluation}`]);
});

test('an alert is delivered once, and so is its end', async () => {
  taken.length = 0;
  takes = () => true;
  const evaluation = testId(2);
  await tell(new Story(evaluation).submitted(), finding(evaluation, 'finding-raised'));
  await eventually('it was raised', () => taken.length > 0);
  const isDone = async (): Promise<boolean> =>
    (await bus.doneUpTo()).some(({ consumer, seq }) => consumer === 'trace-audit-alert-webhook' && seq === Infinity);
  await eventually('and that is done with', isDone);
  await tell(new Story(evaluation), finding(evaluation, 'finding-cleared'));
  await eventually('it was resolved', () => taken.length > 1);
  await tell(new Story(testId(3)).submitted(), finding(testId(3), 'finding-raised'));
  await eventually('the next one', () => taken.length > 2);
  expect(taken).toEqual([`firing ${evaluation}`, `resolved ${evaluation}`, `firing ${testId(3)}`]);
});
