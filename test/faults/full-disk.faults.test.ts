import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationId, EvaluationSummary } from '@lacuna/contracts';
import { eventually, startNats, tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { allSettled, untilSettled } from '../support/settled.ts';
import { diskProblem, fillDisk, withSmallDisk } from '../support/small-disk.ts';
import { startUp, type Up } from '../support/up.ts';

const problem = await diskProblem();
const MEGABYTES = 96;
const PATIENCE = { withinMs: 60_000 };
/** A trace store of its own would take more than the whole disk. */
const NO_TRACES = ['--otlp', 'http://127.0.0.1:9'];

/** `lacuna up` with all that it keeps on a small disk. */
const upOnSmallDisk = (options: readonly string[] = []): Promise<Up> =>
  startUp({}, [...NO_TRACES, ...options], (folder) => withSmallDisk(folder, MEGABYTES));

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function answerOf({ http }: Up, path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`${http}${path}`, init);
  return { status: response.status, text: await response.text() };
}

/** The list of evaluations once it has all of them as passed: it follows the stream, which a view is read from. */
async function listedAsPassed({ client }: Up, ids: readonly EvaluationId[]): Promise<void> {
  let items: EvaluationSummary[] = [];
  const isListed = (id: EvaluationId): boolean => items.some((item) => item.id === id && item.verdict === 'passed');
  await eventually('all are listed as passed', async () => {
    items = (await Array.fromAsync(client.list())).flatMap((page) => page.items);
    if (!ids.every(isListed)) throw new Error(JSON.stringify(items));
    return true;
  });
  expect(items).toHaveLength(ids.length);
}

/** A disk can be full for one stream and not yet for another; each refusal takes as long as NATS is waited for. */
async function submitUntilRefused(up: Up): Promise<{ accepted: EvaluationId[]; refusal: Answer }> {
  const accepted: EvaluationId[] = [];
  const body = JSON.stringify({ command: ['true'], report: 'none' });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const submission = async (): Promise<Answer | false> => {
    const answer = await answerOf(up, '/v1/evaluations', request);
    if (answer.status === 202) accepted.push((JSON.parse(answer.text) as { id: EvaluationId }).id);
    return answer.status !== 202 && answer;
  };
  return { refusal: await eventually('a submission is refused', submission, PATIENCE), accepted };
}

async function isReady(up: Up): Promise<void> {
  const readiness = async (): Promise<true> => {
    const { status, text } = await answerOf(up, '/readyz');
    if (status !== 200) throw new Error(text);
    return true;
  };
  await eventually('it is ready', readiness, PATIENCE);
}

async function isTold({ told }: Up, line: RegExp): Promise<void> {
  await eventually(`${String(line)} is told`, () => line.test(told()), PATIENCE);
}

/** Held until the gate is there. */
async function heldEvaluation(up: Up, gate: string): Promise<EvaluationId> {
  const script = `while [ ! -e ${gate} ]; do sleep 0.1; done; true`;
  const { id } = await up.client.submit({ command: ['sh', '-c', script], report: 'none' });
  await eventually('it runs', async () => (await up.client.get(id)).phase === 'running');
  return id;
}

test.skipIf(problem !== undefined)(
  'a full disk takes nothing that was accepted: it is said what is wrong and what to do, and with room again all goes on by itself',
  async () => {
    await using up = await upOnSmallDisk();
    await using outside = await tempDir();
    const gate = join(outside.path, 'gate');
    const { id: before } = await up.client.submit({ command: ['echo', 'before'], report: 'none' });
    await untilSettled(up.client, before);
    const held = await heldEvaluation(up, gate);
    const disk = fillDisk(up.pid, up.dataDir);

    const { accepted, refusal } = await submitUntilRefused(up);
    expect(refusal).toMatchObject({ status: 503, text: expect.stringMatching(/"code":"overloaded"/) as string });
    const notReady = await eventually(
      'it is not ready',
      async () => {
        const answer = await answerOf(up, '/readyz');
        return answer.status === 503 && answer.text;
      },
      PATIENCE,
    );
    expect(notReady).toMatch(/NATS: it stores nothing .*no space left on device.*; make room there/);
    expect(await answerOf(up, `/v1/evaluations/${held}`, { method: 'DELETE' })).toMatchObject({
      status: 503,
      text: expect.stringMatching(/no space left on device.*make room there/) as string,
    });
    // What is stored can be read all the time.
    expect((await answerOf(up, `/v1/evaluations/${before}/log`)).text).toBe('before\n');
    await isTold(up, /nats-server stores nothing .*no space left on device.*when \S+ has 16 MiB free/);

    // It ends while nobody can write that down.
    writeFileSync(gate, '');
    disk[Symbol.dispose]();
    await isTold(up, /nats-server ended .*; starting it again/);
    await isReady(up);
    const all = [before, held, ...accepted];
    for (const view of await allSettled(up.client, all, 120_000)) expect(view.verdict, view.reason).toBe('passed');
    await listedAsPassed(up, all);
  },
);

test.skipIf(problem !== undefined)(
  'where there is no room for the list of evaluations, the list says so, everything else is answered, and it goes on by itself',
  async () => {
    await using nats = await startNats();
    await using up = await upOnSmallDisk(['--nats', nats.url]);
    const disk = fillDisk(up.pid, up.dataDir);
    const { id } = await up.client.submit({ command: ['true'], report: 'none' });
    for (const path of ['/v1/evaluations', '/v1/diagnosis']) {
      // Before the fact is read, the list is as it should be.
      const refusal = await eventually(path, async () => {
        const answer = await answerOf(up, path);
        return answer.status !== 200 && answer;
      });
      expect(refusal).toMatchObject({
        status: 503,
        text: expect.stringMatching(
          /"code":"overloaded".*no room for \S+read-model\.sqlite; make room there/,
        ) as string,
      });
    }
    for (const path of [`/v1/evaluations/${id}`, `/v1/evaluations/${id}/diagnosis`])
      expect(await answerOf(up, path)).toMatchObject({ status: 200 });
    disk[Symbol.dispose]();
    expect((await untilSettled(up.client, id)).verdict).toBe('passed');
    await listedAsPassed(up, [id]);
  },
);

test('what lacuna up tells is not worth the platform: on a full disk it is lost, and all goes on', async () => {
  await using up = await startUp({}, NO_TRACES, () => ['sh', '-c', 'exec "$0" "$@" 2>/dev/full']);
  const pid = await natsPid(up);
  process.kill(pid, 'SIGKILL');
  await eventually('nats-server runs again', async () => (await natsPid(up)) !== pid, PATIENCE);
  await isReady(up);
  const { id } = await up.client.submit({ command: ['true'], report: 'none' });
  expect((await untilSettled(up.client, id)).verdict).toBe('passed');
});

async function natsPid({ dataDir }: Up): Promise<number> {
  const content = await readFile(join(dataDir, 'nats', 'nats-server.pid'), 'utf8');
  return (JSON.parse(content) as { server: { pid: number } }).server.pid;
}
