import { eventually } from '@lacuna/testing';
import { expect, it } from 'vitest';
import { call } from './support/call.ts';
import { limitMessages, messagesIn } from './support/stream-state.ts';
import { startSubmit } from './support/submit-fixture.ts';

const PLAIN = { command: ['true'] };
const SECRET = { command: ['true'], env: { TOKEN: 'canary' } };

it('a full stream refuses with 503 and Retry-After over both ways, and nothing is left, not even env values', async () => {
  await using submit = await startSubmit();
  const url = `${submit.url}/v1/evaluations`;
  await call(url, { body: PLAIN });
  await limitMessages(submit.raw, 'LACUNA_FACTS', 1);
  for (const body of [PLAIN, SECRET]) {
    const answer = await call(url, { body });
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded', status: 503 } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const reply = await submit.raw.request('lacuna.submit.v1', JSON.stringify(body), { timeout: 60_000 });
    expect(reply.json()).toMatchObject({ code: 'overloaded' });
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('503');
    expect(Number(reply.headers?.get('Retry-After'))).toBeGreaterThan(0);
  }
  expect((await call(`${url}/batch`, { body: [PLAIN, SECRET] })).status).toBe(503);
  expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(1);
  await eventually('no env values', async () => (await messagesIn(submit.raw, 'LACUNA_ENV')) === 0);

  await limitMessages(submit.raw, 'LACUNA_FACTS', -1);
  expect((await call(url, { body: SECRET })).status).toBe(202);
  const metrics = await call<string>(`${submit.url}/metrics`);
  expect(metrics.body).toContain('lacuna_submissions_total{outcome="overloaded",via="http"}');
  expect(metrics.body).toContain('lacuna_submissions_total{outcome="accepted",via="http"} 2');
});

it('while NATS is gone submissions are refused in time, and what was refused is not there when it comes back', async () => {
  await using submit = await startSubmit({ env: { LACUNA_ANSWER_WITHIN: '300ms' } });
  const url = `${submit.url}/v1/evaluations`;
  // A write to a busy disk may take longer than a request may wait here; with its key it is the same one again.
  const keep = () =>
    eventually('it is accepted', async () => {
      const { status, body } = await call(url, { body: PLAIN, headers: { 'idempotency-key': 'kept' } });
      return status === 202 && body.id;
    });
  const kept = await keep();
  await submit.nats.kill9();
  for (const body of [PLAIN, SECRET]) {
    const begin = performance.now();
    const answer = await call(url, { body });
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(performance.now() - begin).toBeLessThan(10_000);
  }
  expect((await call(`${url}/${kept}`)).status).toBe(503);
  expect((await call(`${submit.url}/healthz`)).status).toBe(200);
  expect(await call(`${submit.url}/readyz`)).toMatchObject({
    status: 503,
    body: { waitingFor: ['submit: messaging'] },
  });

  await submit.nats.restart();
  await eventually('ready again', async () => (await call(`${submit.url}/readyz`)).status === 200, {
    withinMs: 30_000,
  });
  expect(await keep()).toBe(kept);
  expect(await messagesIn(submit.raw, 'LACUNA_FACTS')).toBe(1);
  await eventually('no env values', async () => (await messagesIn(submit.raw, 'LACUNA_ENV')) === 0, {
    withinMs: 30_000,
  });
});

it('a NATS that is silent is found out in time as well', async () => {
  await using submit = await startSubmit({ env: { LACUNA_ANSWER_WITHIN: '300ms' } });
  const url = `${submit.url}/v1/evaluations`;
  submit.nats.pause();
  try {
    expect(await call(url, { body: SECRET })).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(await call(url, { body: PLAIN })).toMatchObject({ status: 503, body: { code: 'overloaded' } });
  } finally {
    submit.nats.resume();
  }
  await eventually('accepted again', async () => (await call(url, { body: PLAIN })).status === 202);
  await eventually('no env values', async () => (await messagesIn(submit.raw, 'LACUNA_ENV')) === 0);
});

it('a short absence of NATS is only a delay', async () => {
  await using submit = await startSubmit();
  await submit.nats.kill9();
  const waiting = call(`${submit.url}/v1/evaluations`, { body: SECRET });
  await submit.nats.restart();
  expect((await waiting).status).toBe(202);
});

it('more submissions than may wait are refused at once', async () => {
  await using submit = await startSubmit({ env: { LACUNA_MAX_IN_FLIGHT: '3' } });
  const url = `${submit.url}/v1/evaluations`;
  submit.nats.pause();
  const waiting = Array.from({ length: 3 }, () => call(url, { body: PLAIN }));
  await eventually('three wait', async () =>
    (await call<string>(`${submit.url}/metrics`)).body.includes('lacuna_submit_in_flight 3'),
  );
  const refused = await call(url, { body: PLAIN });
  expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await Promise.race([...waiting, Promise.resolve('they wait')])).toBe('they wait');
  submit.nats.resume();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202, 202]);
});
