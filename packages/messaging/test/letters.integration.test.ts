import { expect, it } from 'vitest';
import { alertSubject, deadSubject, STREAMS, type Alert } from '@lacuna/contracts';
import { startBus } from './bus-fixture.ts';
import { idOf } from './pod-facts.ts';

const ALERT: Alert = {
  v: 1,
  key: `${idOf(1)}/1/pod.create/missing`,
  status: 'raised',
  evaluation: idOf(1),
  name: 'suite',
  attempt: 1,
  stage: 'pod.create',
  cause: 'missing',
  reason: 'no pod after 30 s',
  at: 1,
  traceId: 'a'.repeat(32),
  links: {},
};

it('publishes an alert once, however often it is raised, and its end as another message', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishAlert(ALERT);
  await fixture.bus.publishAlert(ALERT);
  await (await fixture.connect()).publishAlert(ALERT);
  expect(await fixture.raw.count(STREAMS.alerts.name)).toBe(1);
  await fixture.bus.publishAlert({ ...ALERT, status: 'resolved' });
  expect(await fixture.raw.count(STREAMS.alerts.name)).toBe(2);
  const { body } = await fixture.raw.last(STREAMS.alerts.name, alertSubject('pod.create'));
  expect(JSON.parse(body.toString())).toMatchObject({ key: ALERT.key, status: 'resolved' });
});

it('keeps a dead letter with its bytes and a reason of any shape', async () => {
  await using fixture = await startBus();
  const bytes = Uint8Array.from([0, 255, 10]);
  await fixture.bus.dead('submit', { subject: 'lacuna.intake.v1', bytes, reason: 'two\r\nlines: größe' });
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('submit'));
  expect([...letter.body]).toEqual([...bytes]);
  expect(letter.headers).toContain('Lacuna-Reason: two lines: größe');
});

it('keeps one letter of one message, however often it is met', async () => {
  await using fixture = await startBus();
  const letter = { subject: 'lacuna.intake.v1', seq: 7, bytes: Uint8Array.from([1]), reason: 'bad' };
  await fixture.bus.dead('submit', letter);
  // The name of the process means the same service.
  await fixture.bus.dead('lacuna-submit', { ...letter, reason: 'bad again' });
  expect(await fixture.raw.count(STREAMS.dead.name)).toBe(1);
});
