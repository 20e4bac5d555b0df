import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openProcessCluster } from '@lacuna/cluster-process';
import { factTypeSubjects, type ContractSpan, type EvaluationId } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { fold } from '@lacuna/lifecycle';
import { connectBus } from '@lacuna/messaging';
import { openContractExporter } from '@lacuna/telemetry';
import { eventually } from '@lacuna/testing';
import { spansOf } from '@lacuna/trace';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { SERVICES } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

interface Outcome {
  readonly unread: readonly { readonly consumer: string; readonly behind: number }[];
  readonly evaluations: number;
  readonly logs: number;
  readonly differences: readonly { readonly store: string; readonly evaluation: string; readonly what: string }[];
}

let system: System;
beforeAll(async () => void (system = await startSystem({ env: { LACUNA_DEADLINES: 'pod.create=3s+1s' } })));
afterAll(() => system[Symbol.asyncDispose]());

async function fsck(env: Record<string, string> = {}): Promise<Outcome & { readonly code: number }> {
  const args = ['fsck', '--json', '--url', system.url, '--nats', system.nats.url, '--jaeger', system.jaeger.queryUrl];
  const { code, stdout, stderr } = await runCli(args, { LACUNA_CLUSTER_DIR: system.clusterDir, ...env });
  if (stdout === '') throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Outcome) };
}

/** Traces and rows are written behind the verdict, so what is settled may differ for a moment. */
const untilFsckSays = (wanted: object): Promise<true> =>
  eventually(
    'fsck says so',
    async () => {
      expect(await fsck()).toMatchObject(wanted);
      return true;
    },
    { withinMs: 90_000 },
  );

const run = async (command: string[], labels: Record<string, string> = {}): Promise<string> => {
  const { id } = await system.client.submit({ name: 'checked', command, labels });
  await untilSettled(system.client, id);
  return id;
};

test('where NATS has no consumer left for it, it says so and what to do, and evaluations go on', async () => {
  const nats = await connect({ servers: system.nats.url });
  const { streams } = await nats.jetstreamManager();
  const limit = async (max: number): Promise<unknown> =>
    streams.update('LACUNA_FACTS', { max_consumers: max } as object);
  const { config } = await streams.info('LACUNA_FACTS');
  await limit(1);
  try {
    // Whoever may change the streams makes room by himself.
    await expect(fsck({ LACUNA_NATS_PROVISION: 'false' })).rejects.toThrow(
      /NATS gives LACUNA_FACTS no more consumers: .*raise max_consumers/,
    );
    const id = await run(['echo', 'goes on']);
    expect(await system.client.get(id)).toMatchObject({ verdict: 'passed' });
  } finally {
    await limit(config.max_consumers);
    await nats.close();
  }
});

test('names a durable consumer that nobody reads, how far behind it is, and how to remove it', async () => {
  await run(['true']);
  const nats = await connect({ servers: system.nats.url });
  const config = {
    durable_name: 'left-behind',
    ack_policy: 'explicit',
    filter_subjects: factTypeSubjects('settled'),
  };
  await nats.request(
    '$JS.API.CONSUMER.CREATE.LACUNA_FACTS.left-behind',
    JSON.stringify({ stream_name: 'LACUNA_FACTS', config }),
  );
  await nats.close();
  const args = ['fsck', '--url', system.url, '--nats', system.nats.url];
  const stderr = await eventually(
    'it is named',
    async () => {
      const { stderr: said } = await runCli(args, { LACUNA_CLUSTER_DIR: system.clusterDir });
      return said.includes('left-behind') ? said : undefined;
    },
    { withinMs: 90_000 },
  );
  expect(stderr).toMatch(/^nobody reads consumer left-behind of LACUNA_FACTS: it is [1-9]\d* facts behind/m);
  expect(stderr).toContain(`nats --server ${system.nats.url} consumer rm --force LACUNA_FACTS left-behind`);
  await untilFsckSays({ code: 0, unread: [{ consumer: 'left-behind' }] });
});

test('finds nothing where all is as the facts have it, and names what was tampered with in each of the four stores', async () => {
  const talked = await run(['sh', '-c', 'seq 1 1000']);
  const failed = await run(['sh', '-c', 'exit 3']);
  const killed = await run(['sh', '-c', 'kill -9 $$']);
  await run(['true'], { 'lacuna.fault': 'no-pod' });
  await untilFsckSays({ code: 0, evaluations: 6, logs: 5, differences: [] });

  // Nobody may mend meanwhile what is broken now.
  await Promise.all(SERVICES.map((name) => system.services[name].stop()));
  callItPassed(failed);
  system.services.submit.start();
  await system.services.submit.ready();
  await loseLog(talked);
  await exportOtherwise(failed, 'RUN checked', ({ attributes }) => ({
    attributes: { ...attributes, 'lacuna.verdict': 'passed' },
  }));
  // As an older Lacuna may have put it.
  await exportOtherwise(killed, 'container.run killed', ({ status }) => ({
    status: { ...status, message: 'killed with SIGKILL' },
  }));
  const foreign = await foreignJob();
  const untraced = await settledWithoutTrace();

  const { code, differences } = await fsck();
  expect(code).toBe(1);
  const named = differences.map(({ store, evaluation, what }) => [store, evaluation, what]);
  expect(named.sort(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
    ['cluster', foreign, expect.stringMatching(/^Job .* is of an evaluation that no fact knows$/)],
    ['log store', talked, expect.stringMatching(/ has 0 bytes, its statement says 3893$/)],
    ['read model', failed, 'verdict is listed as "passed", by the facts it is "failed"'],
    ['traces', untraced, 'its trace is not in Jaeger'],
    ['traces', failed, 'the span RUN checked does not agree with the facts: lacuna.verdict'],
  ]);
});

/** The row of the list says another verdict than the facts. */
function callItPassed(id: string): void {
  using database = new DatabaseSync(join(dirname(system.clusterDir), 'data', 'read-model.sqlite'));
  const changed = database
    .prepare(
      `UPDATE evaluation SET summary = replace(summary, '"verdict":"failed"', '"verdict":"passed"') WHERE id = ?`,
    )
    .run(id);
  expect(changed.changes).toBe(1);
}

/** Somebody exports a span of a trace with something else in it. */
async function exportOtherwise(
  id: string,
  name: string,
  change: (span: ContractSpan) => Partial<ContractSpan>,
): Promise<void> {
  const exporter = openContractExporter({ otlpUrl: system.jaeger.otlpUrl });
  await using bus = await connectBus({ servers: [system.nats.url], name: 'test' });
  const evaluation = id as EvaluationId;
  const span = spansOf(fold(evaluation, await bus.readFacts(evaluation))).find((one) => one.name === name);
  if (span === undefined) throw new Error(`it has no span ${name}`);
  const changed = { ...span, ...change(span) };
  expect(changed).not.toEqual(span);
  expect(await exporter.export([changed], AbortSignal.timeout(10_000))).toEqual({ kind: 'accepted' });
}

/** All that is stored of a log, a chunk and what closes it, is purged behind everybody's back. */
async function loseLog(id: string): Promise<void> {
  const nats = await connect({ servers: system.nats.url });
  const reply = await nats.request(
    '$JS.API.STREAM.PURGE.LACUNA_LOGS',
    JSON.stringify({ filter: `lacuna.log.${id}.>` }),
  );
  expect(reply.json()).toMatchObject({ success: true, purged: 2 });
  await nats.close();
}

/** A Job with the marks of ours, which no dispatcher has created. */
async function foreignJob(): Promise<string> {
  const evaluation = testId(99);
  await using cluster = await openProcessCluster({ dir: system.clusterDir });
  const outcome = await cluster.ensure(
    {
      evaluation,
      attempt: 1,
      name: `${evaluation}-a1`,
      specHash: 'x',
      command: ['sleep', '120'],
      env: {},
      timeoutMs: 120_000,
      graceMs: 0,
      labels: {},
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    },
    AbortSignal.timeout(10_000),
  );
  expect(outcome.kind).toBe('created');
  return evaluation;
}

/** Settled by facts alone: nobody has exported its trace. */
async function settledWithoutTrace(): Promise<string> {
  const story = new Story(testId(98), Date.now()).running().after(5).ended();
  const empty = { bytes: 0, lines: 0, sha256: createHash('sha256').digest('hex') };
  story.logClosed(empty).reportRead();
  story.tell('settled', { verdict: 'passed', reason: 'ok', evidenceAt: 1, notOwed: [], evidence: { absent: [] } });
  await using bus = await connectBus({ servers: [system.nats.url], name: 'test' });
  for (const { fact } of story.facts) await bus.publishFact(fact);
  await eventually('listed', async () => (await system.client.get(story.id)).verdict === 'passed');
  return story.id;
}
