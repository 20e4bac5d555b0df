import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EvaluationId } from '@lacuna/contracts';
import { fact } from '@lacuna/contracts';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, freePort } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { allSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
let bus: Bus;
beforeAll(async () => {
  // Nothing is compacted until the test lets it be.
  system = await startSystem({ env: { LACUNA_DEADLINES: 'pod.create=3s+1s', LACUNA_COMPACT_AFTER: '1h' } });
  bus = await connectBus({ servers: [system.nats.url], name: 'test' });
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const SPECS = [
  { name: 'talks', command: ['sh', '-c', 'seq 1 1000'], env: { SECRET: 'x' }, labels: { team: 'a' } },
  { name: 'fails', command: ['sh', '-c', 'exit 3'] },
  { name: 'has no pod', command: ['true'], labels: { 'lacuna.fault': 'no-pod' } },
  { name: 'is killed and tried again', command: ['sh', '-c', 'kill -9 $$'], retries: 1 },
];
const keyOf = (name: string): string => `key of ${name}`;
const submit = (spec: (typeof SPECS)[number], more: object = {}) =>
  system.client.submit({ ...spec, ...more }, { idempotencyKey: keyOf(spec.name) });

/** What all ways to ask say about the evaluations. */
async function answers(ids: readonly EvaluationId[]): Promise<unknown> {
  const text = async (path: string): Promise<string> => (await fetch(`${system.url}/v1/${path}`)).text();
  const ofEach = ids.map(async (id) => ({
    view: JSON.parse(await text(`evaluations/${id}`)) as unknown,
    diagnosis: JSON.parse(await text(`evaluations/${id}/diagnosis`)) as unknown,
    log: await text(`evaluations/${id}/log`),
    facts: await bus.readFacts(id),
    events: await eventsOf(id),
    eventsBehindTheSecond: await eventsOf(id, 2),
  }));
  return {
    each: await Promise.all(ofEach),
    list: JSON.parse(await text('evaluations')) as unknown,
    range: JSON.parse(await text('diagnosis?since=1970-01-01')) as unknown,
    fsck: await fsck(),
  };
}

/** A process that reads everything, twice where something differs: seconds on a busy machine. */
const FSCK_TAKES = { withinMs: 60_000 };

async function fsck(): Promise<unknown> {
  const args = ['fsck', '--json', '--url', system.url, '--nats', system.nats.url, '--jaeger', system.jaeger.queryUrl];
  const { code, stdout } = await runCli(args, { LACUNA_CLUSTER_DIR: system.clusterDir });
  return { code, outcome: JSON.parse(stdout) as unknown };
}

/** The events of one evaluation, as many as there are facts, from behind the nth on. */
async function eventsOf(id: EvaluationId, behind = 0): Promise<unknown[]> {
  const facts = (await bus.readFacts(id)).slice(behind);
  const stop = new AbortController();
  const after = behind === 0 ? 0 : (await bus.readFacts(id))[behind - 1]!.seq;
  const answer = await fetch(`${system.url}/v1/evaluations/${id}/events`, {
    headers: { 'last-event-id': String(after) },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(60_000)]),
  });
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split('\n\n').length > facts.length) break;
  }
  stop.abort();
  return text.split('\n\n').filter((event) => event.startsWith('id:'));
}

async function messages(filter: string): Promise<number> {
  const nats = await connect({ servers: system.nats.url });
  const reply = await nats.request('$JS.API.STREAM.INFO.LACUNA_FACTS', JSON.stringify({ subjects_filter: filter }));
  await nats.close();
  return Object.keys(reply.json<{ state: { subjects?: object } }>().state.subjects ?? {}).length;
}

test('all answers are the same before and after, also of a service that starts from nothing, and nothing runs twice', async () => {
  const ids = (await Promise.all(SPECS.map((spec) => submit(spec)))).map(({ id }) => id);
  await allSettled(system.client, ids, 120_000);
  await eventually(
    'every trace is whole and every row written',
    async () =>
      expect(await fsck()).toMatchObject({ code: 0, outcome: { evaluations: SPECS.length, differences: [] } }),
    FSCK_TAKES,
  );
  const before = await answers(ids);
  const jobsBefore = await messages('lacuna.evaluation.*.*.job-created');
  expect(jobsBefore).toBeGreaterThanOrEqual(SPECS.length);

  // A second replica, which is more impatient, and is killed while it is at it.
  const impatient = new ServiceProcess('trace-audit', {
    LACUNA_NATS_URL: system.nats.url,
    LACUNA_OTLP_URL: system.jaeger.otlpUrl,
    LACUNA_JAEGER_URL: system.jaeger.queryUrl,
    LACUNA_HEALTH_PORT: String(await freePort()),
    LACUNA_LOG_LEVEL: 'warn',
    LACUNA_DEADLINES: 'pod.create=3s+1s',
    LACUNA_COMPACT_AFTER: '0ms',
  });
  await using _ = { [Symbol.asyncDispose]: () => impatient.kill9() };
  impatient.start();
  await eventually('one is compacted', async () => (await messages('lacuna.evaluation.*.record')) > 0, {
    withinMs: 60_000,
  });
  await impatient.kill9();
  impatient.start();
  await eventually(
    'one message each is left',
    async () => {
      expect(await messages('lacuna.evaluation.>')).toBe(SPECS.length);
      return true;
    },
    { withinMs: 60_000 },
  );
  expect(await answers(ids)).toEqual(before);

  // From nothing: no read model, nothing in memory.
  await Promise.all(Object.values(system.services).map((service) => service.kill9()));
  rmSync(join(dirname(system.clusterDir), 'data'), { recursive: true });
  for (const service of Object.values(system.services)) service.start();
  await Promise.all(Object.values(system.services).map((service) => service.ready()));
  expect(await answers(ids)).toEqual(before);

  // The same submissions again: the same evaluations, and no Job. Another one under an old key is refused.
  const repeated = await Promise.all(SPECS.map((spec) => submit(spec)));
  expect(repeated.map(({ id, phase }) => [id, phase])).toEqual(ids.map((id) => [id, 'settled']));
  await expect(submit(SPECS[1]!, { command: ['echo', 'other'] })).rejects.toMatchObject({
    code: 'idempotency-conflict',
  });
  await expect(system.client.cancel(ids[0]!)).rejects.toMatchObject({ code: 'already-settled' });
  expect(await messages('lacuna.evaluation.>')).toBe(SPECS.length);
  expect(await answers(ids)).toEqual(before);
});

test('a pod that comes after its evaluation was compacted is told, and changes no verdict', async () => {
  const { items } = (await (await fetch(`${system.url}/v1/evaluations?name=has%20no%20pod`)).json()) as {
    items: { id: EvaluationId; verdict: string }[];
  };
  const [{ id, verdict }] = items as [{ id: EvaluationId; verdict: string }];
  const late = fact('pod-created', { evaluation: id, at: Date.now() }, { pod: 'late', podUid: 'late', jobUid: 'job' });
  expect((await bus.publishFact(late)).kind).toBe('stored');
  expect((await bus.publishFact(late)).kind).toBe('known');
  await eventually('its event is told', async () =>
    (await eventsOf(id)).some((event) => String(event).includes('"late"')),
  );
  expect(await system.client.get(id)).toMatchObject({ verdict });
  await eventually('nothing differs', async () => expect(await fsck()).toMatchObject({ code: 0 }), FSCK_TAKES);
});
