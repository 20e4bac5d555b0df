import { createHash } from 'node:crypto';
import { glob, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationId } from '@lacuna/contracts';
import { eventually, startS3, type S3Fixture } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

interface Outcome {
  readonly logs: number;
  readonly unchecked: readonly string[];
  readonly differences: readonly { readonly store: string; readonly evaluation: string; readonly what: string }[];
}

/** Some MB each, so that a move takes its time; and lines that differ. */
const SCRIPT = (n: number): string =>
  `i=0; while [ $i -lt 60000 ]; do echo "line $i of suite ${n}, as long as lines are"; i=$((i+1)); done`;
const expected = (n: number): Buffer =>
  Buffer.from(Array.from({ length: 60_000 }, (_, i) => `line ${i} of suite ${n}, as long as lines are\n`).join(''));

let s3: S3Fixture;
let system: System;
let settings: Record<string, string>;
beforeAll(async () => {
  s3 = await startS3();
  settings = {
    LACUNA_ARCHIVE: `s3://${s3.bucket}/lacuna`,
    LACUNA_ARCHIVE_ENDPOINT: s3.endpoint,
    LACUNA_ARCHIVE_ACCESS_KEY_ID: s3.accessKeyId,
    LACUNA_ARCHIVE_SECRET_ACCESS_KEY: s3.secretAccessKey,
    LACUNA_ARCHIVE_AFTER: '0s',
  };
  system = await startSystem({ env: settings });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const cli = (...args: string[]) => runCli([...args, '--url', system.url], settings);

async function fsck(env: Readonly<Record<string, string>> = settings): Promise<Outcome & { readonly code: number }> {
  const args = ['fsck', '--json', '--url', system.url, '--nats', system.nats.url, '--jaeger', system.jaeger.queryUrl];
  const { code, stdout, stderr } = await runCli(args, { ...env, LACUNA_CLUSTER_DIR: system.clusterDir });
  if (stdout === '') throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Outcome) };
}

async function bytesInStream(): Promise<number> {
  const nats = await connect({ servers: system.nats.url });
  const { state } = await (await nats.jetstreamManager()).streams.info('LACUNA_LOGS');
  await nats.close();
  return state.bytes;
}

async function readAll(id: EvaluationId, offset = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await system.client.log(id, { offset })).body) parts.push(part);
  return Buffer.concat(parts);
}

/** Only in the folders of the days: beside them the store makes and removes folders of its own while something moves. */
const objects = async (): Promise<string[]> =>
  (await Array.fromAsync(glob('lacuna/*/*.zst', { cwd: s3.folder }))).map((name) => join(s3.folder, name));

let ids: EvaluationId[];

test('logs that are moved while their mover is killed again and again read the same, byte for byte', async () => {
  ids = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (n) => {
      const { id } = await system.client.submit({
        name: `suite-${n}`,
        command: ['sh', '-c', SCRIPT(n)],
        report: 'none',
      });
      return id;
    }),
  );
  const collect = system.services['log-collect'];
  const settled = Promise.all(ids.map((id) => untilSettled(system.client, id)));
  for (let kills = 0; kills < 6; kills++) {
    const before = (await objects()).length;
    // Killed while something is on its way: as soon as one more object is there, or after a while.
    await eventually(
      'something moves',
      async () => (await objects()).length !== before || (await bytesInStream()) === 0,
      { withinMs: 4_000 },
    ).catch(() => undefined);
    await collect.kill9();
    collect.start();
    await collect.ready();
  }
  for (const view of await settled) expect(view.verdict, view.reason).toBe('passed');
  await eventually(
    'all have left the stream',
    async () => (await bytesInStream()) === 0 && (await objects()).length === ids.length,
    { withinMs: 60_000 },
  );
  for (const [n, id] of ids.entries()) {
    const original = expected(n);
    expect((await readAll(id)).equals(original), `suite ${n}`).toBe(true);
    expect((await readAll(id, 1_500_001)).equals(original.subarray(1_500_001))).toBe(true);
  }
  const { code, stdout, stderr } = await cli('logs', ids[0] ?? '');
  expect(code).toBe(0);
  expect(createHash('sha256').update(stdout).digest('hex')).toBe(
    createHash('sha256').update(expected(0)).digest('hex'),
  );
  expect(stderr).toMatch(/^log sealed: /);
});

test('what is wrong in the archive is named by fsck, and never shown as the log', async () => {
  await eventually(
    'fsck finds nothing, once every trace is whole',
    async () => {
      expect(await fsck()).toMatchObject({ code: 0, logs: ids.length, differences: [], unchecked: [] });
      return true;
    },
    { withinMs: 90_000 },
  );
  const { LACUNA_ARCHIVE: _, ...blind } = settings;
  expect((await fsck(blind)).unchecked).toEqual([
    `${ids.length} logs: they are in s3://${s3.bucket}/lacuna/, and no archive is named (LACUNA_ARCHIVE)`,
  ]);
  const [missing = '', cut = '', altered = ''] = ids;
  const objectOf = async (id: string): Promise<string> => (await objects()).find((path) => path.includes(id)) ?? '';
  await rm(await objectOf(missing));
  await truncate(await objectOf(cut), 5_000);
  const bytes = await readFile(await objectOf(altered));
  bytes.writeUInt8(bytes.readUInt8(2_000) ^ 1, 2_000);
  await writeFile(await objectOf(altered), bytes);

  const { code, differences } = await fsck();
  expect(code).toBe(1);
  const whats = Object.fromEntries(differences.map(({ store, evaluation, what }) => [evaluation, `${store}: ${what}`]));
  expect(whats).toEqual({
    [missing]: expect.stringMatching(/^archive: .* is not there$/) as string,
    [cut]: expect.stringMatching(/^archive: .* has less than its \d+ bytes$/) as string,
    [altered]: expect.stringMatching(/^archive: .* has wrong bytes for bytes 0 to 1048576 of the log$/) as string,
  });
  for (const id of [missing, cut, altered]) {
    const { code: exit, stdout, stderr } = await cli('logs', id);
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toMatch(/the archived log of \d+ bytes with sha256 [0-9a-f]{64} is damaged/);
  }
});

test('a log that retention has removed is told with its size and sha256', async () => {
  const last = ids.at(-1) ?? '';
  const keeper = new ServiceProcess('log-collect', {
    ...settings,
    LACUNA_NATS_URL: system.nats.url,
    LACUNA_CLUSTER_DIR: system.clusterDir,
    LACUNA_LOG_RETENTION: '1ms',
  });
  keeper.start();
  try {
    await eventually('nothing is left', async () => (await objects()).length === 0, { withinMs: 30_000 });
  } finally {
    await keeper.stop();
  }
  const { code, stdout, stderr } = await cli('logs', last);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const original = expected(5);
  const sha256 = createHash('sha256').update(original).digest('hex');
  expect(stderr).toMatch(
    new RegExp(`^lacuna: the log was removed by retention on .*: ${original.length} bytes, sha256 ${sha256}`),
  );
  const answer = await fetch(`${system.url}/v1/evaluations/${last}/log`);
  expect(answer.status).toBe(410);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  // What was lost before is no work of retention.
  expect((await fsck()).differences).toMatchObject([{ store: 'archive', evaluation: ids[0] }]);
});
