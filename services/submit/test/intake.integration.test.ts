import { evaluationIdForKey } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { headers as natsHeaders } from 'nats';
import { expect, it } from 'vitest';
import { call } from './support/call.ts';
import { envOf } from './support/env-of.ts';
import { messagesIn } from './support/stream-state.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';

const SPEC = { name: 'from-intake', command: ['true'], env: { A: '1' } };

async function drop({ raw }: SubmitFixture, body: string, fields: Record<string, string> = {}): Promise<void> {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  await raw.jetstream().publish('lacuna.intake.v1', body, { headers });
}

interface Letter {
  readonly reason: string;
  readonly body: string;
}

async function lastLetter({ raw }: SubmitFixture): Promise<Letter> {
  const manager = await raw.jetstreamManager();
  const letter = await manager.streams.getMessage('LACUNA_DEAD', { last_by_subj: 'lacuna.dead.submit' });
  expect(letter.header.get('Lacuna-Subject')).toBe('lacuna.intake.v1');
  return { reason: letter.header.get('Lacuna-Reason'), body: letter.string() };
}

const emptied = ({ raw }: SubmitFixture) =>
  eventually('the intake is empty', async () => (await messagesIn(raw, 'LACUNA_INTAKE')) === 0);

it('what can be accepted is, with its arrival at the intake, its key and its caller', async () => {
  await using submit = await startSubmit();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await drop(submit, JSON.stringify(SPEC), { 'Nats-Msg-Id': 'k1', traceparent });
  await emptied(submit);
  const [submitted] = await submit.bus.readFacts(evaluationIdForKey('k1'));
  expect(submitted?.fact.data).toMatchObject({ via: 'intake', callerTraceparent: traceparent });
  expect(submitted!.fact.at).toBeLessThan(submitted!.storedAt);
  expect(await envOf(submit.bus, evaluationIdForKey('k1'))).toEqual({ A: '1' });
  const again = await call(`${submit.url}/v1/evaluations`, { body: SPEC, headers: { 'idempotency-key': 'k1' } });
  expect(again).toMatchObject({ status: 202, body: { id: evaluationIdForKey('k1') } });
});

it('without a key two equal messages are two evaluations, and a redelivered one is still one', async () => {
  await using submit = await startSubmit();
  await drop(submit, JSON.stringify(SPEC));
  await drop(submit, JSON.stringify(SPEC));
  await emptied(submit);
  expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(2);
  // Refused for want of room, so delivered again until there is.
  const manager = await submit.raw.jetstreamManager();
  await manager.streams.update('LACUNA_FACTS', { max_msgs: 2 });
  await drop(submit, JSON.stringify(SPEC));
  await eventually('it was tried', async () =>
    /\{outcome="overloaded",via="intake"\} [1-9]/.test((await call<string>(`${submit.url}/metrics`)).body),
  );
  await manager.streams.update('LACUNA_FACTS', { max_msgs: -1 });
  await eventually('accepted', async () => (await messagesIn(submit.raw, 'LACUNA_INTAKE')) === 0, { withinMs: 30_000 });
  expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(3);
});

it.each([
  ['no spec', '{"comand":["x"]}', {}, 'invalid-spec'],
  ['a bad key', JSON.stringify(SPEC), { 'Nats-Msg-Id': 'k'.repeat(256) }, 'invalid-header'],
])('%s goes to the dead letters once, with the reason, and is never delivered again', async (_, body, fields, code) => {
  await using submit = await startSubmit();
  await drop(submit, body, fields);
  await emptied(submit);
  expect(await messagesIn(submit.raw, 'LACUNA_DEAD')).toBe(1);
  expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(0);
  expect((await lastLetter(submit)).reason).toContain(code);
});

const SECRET = 's3cr3t-4711';

it.each([
  ['no spec', { comand: ['x'], env: { TOKEN: SECRET } }, 'invalid-spec: /command: is required', '"TOKEN":"(not kept)"'],
  ['no JSON', `{"env": {"TOKEN": ${SECRET}}}`, 'invalid-json: the body is not JSON', '"notKept":{"bytes":31,'],
  ['not closed', `{"env": {"TOKEN": "${SECRET}"`, 'invalid-json: the body is not JSON: position 31', '"sha256":"'],
])(
  'of a message that is refused as %s neither the dead letter nor the log has an env value',
  async (_, body, why, kept) => {
    await using submit = await startSubmit();
    await drop(submit, typeof body === 'string' ? body : JSON.stringify(body));
    await emptied(submit);
    const letter = await lastLetter(submit);
    expect(letter.reason).toContain(why);
    expect(letter.body).toContain(kept);
    await eventually('it is logged', () => submit.log.some((line) => line.includes('dead letter')));
    expect([letter.reason, letter.body, ...submit.log].join('\n')).not.toContain('s3cr');
  },
);

it('a key that stands for another spec goes to the dead letters too', async () => {
  await using submit = await startSubmit();
  await call(`${submit.url}/v1/evaluations`, { body: { command: ['other'] }, headers: { 'idempotency-key': 'k' } });
  await drop(submit, JSON.stringify(SPEC), { 'Nats-Msg-Id': 'k' });
  await emptied(submit);
  expect((await lastLetter(submit)).reason).toContain('idempotency-conflict');
});
