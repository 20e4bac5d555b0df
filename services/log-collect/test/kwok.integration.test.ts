import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_PLANE, problemWith, applyManifest, eventually, getJson, startTestKwok } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';
import { KubernetesRig, type CaptureRun } from './kubernetes-rig.ts';

/**
 * Faults of the log API that come from how the kubelet reads files, with its own reader (kwok runs it) on files that are written and rotated
 * as a runtime and a kubelet do; each test begins with the fault of the study that it stands for. The others are in
 * `fake-kubelet.integration.test.ts`.
 */
type Kwok = Awaited<ReturnType<typeof startTestKwok>>;
const problem = await problemWith(...CONTROL_PLANE, 'kwok');
let rig: KubernetesRig;
let kwok: Kwok;
let pods = 0;
let clock = 0;

beforeAll(async () => {
  rig = await KubernetesRig.start();
  kwok = await startTestKwok(rig.controlPlane, { nodes: 1 });
});
afterAll(async () => {
  await kwok?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/** Records as the runtime writes them, a nanosecond apart: lines, and with `P` parts of lines. */
function records(text: string, stream = 'stdout'): string {
  const lines = text.split(/(?<=\n)/);
  return lines.map((line) => record(line, stream)).join('');
}

function record(text: string, stream = 'stdout', stamp = nextStamp()): string {
  return `${stamp} ${stream} ${text.endsWith('\n') ? 'F' : 'P'} ${text.replace(/\n$/, '')}\n`;
}

function nextStamp(): string {
  clock++;
  return `2026-01-02T03:04:05.${String(clock).padStart(9, '0')}Z`;
}

/** As the kubelet rotates: the file gets another name, and the runtime opens a new one. */
async function rotate(next = ''): Promise<void> {
  await rename(kwok.logFile, `${kwok.logFile}.${clock}`);
  await writeFile(kwok.logFile, next);
}

/** A pod whose log is the file, which begins with this. Captures of it may follow each other. */
async function pod(content: string): Promise<(change?: Parameters<KubernetesRig['capture']>[1]) => CaptureRun> {
  const name = `pod-${pods++}`;
  await writeFile(kwok.logFile, content);
  const spec = { nodeName: 'fake-0', restartPolicy: 'Never', containers: [{ name: 'main', image: 'none' }] };
  await applyManifest(rig.controlPlane, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec,
  });
  const path = `/api/v1/namespaces/default/pods/${name}`;
  const found = await eventually('the pod runs', async () => {
    const { metadata, status } = await getJson<{ metadata: { uid: string }; status: { phase: string } }>(
      rig.controlPlane,
      path,
    );
    return status.phase === 'Running' ? metadata : undefined;
  });
  return (change) => rig.capture({ pod: name, podUid: found.uid }, change);
}

/** Captures until so many bytes are stored, and then crashes. */
async function readAndCrash(run: CaptureRun, bytes: number): Promise<void> {
  await eventually('so much is stored', async () => (await run.length()) >= bytes, { withinMs: 60_000 });
  run.abort();
  await run.statement.catch(() => undefined);
}

describe.skipIf(problem !== undefined)('a log that is rotated', () => {
  test('L4 while it is followed is whole', async () => {
    const capture = await pod(records('one\n'));
    const run = capture();
    await eventually('the first file is read', async () => (await run.length()) === 4);
    await rotate(records('two\n'));
    await eventually('the second file is read', async () => (await run.length()) === 8);
    await appendFile(kwok.logFile, records('three\n'));
    run.end('one\ntwo\nthree\n');
    expect(await run.statement).toMatchObject({ state: 'sealed', lines: 3 });
  });

  test('L4 twice while its reader is held up: the file that was skipped is named, and the one that is repeated is stored once', async () => {
    // More than all buffers on the way hold, so that the kubelet itself has to wait.
    const first = `${'x'.repeat(999)}\n`.repeat(24_000);
    const capture = await pod(records('one\n'));
    const run = capture({ chunking: { idleMs: 5, aheadBytes: 1_000, room: new ReadAheadRoom(1_000_000) } });
    await eventually('the first line is read', async () => (await run.length()) === 4);
    rig.nats.pause();
    await appendFile(kwok.logFile, records(first));
    await eventually('the kubelet is held up', () => stopsReading(kwok.pid), { withinMs: 60_000 });
    await rotate(records('skipped\n'));
    await rotate(records('newest\nof all\n'));
    rig.nats.resume();
    const before = 4 + first.length;
    await eventually('all is read', async () => (await run.length()) >= before + 14, { withinMs: 60_000 });
    run.end(`one\n${first}skipped\nnewest\nof all\n`);
    expect(await run.statement).toMatchObject({
      state: 'truncated',
      cause: 'rotation',
      bytes: before + 14,
      lost: { from: before, to: before + 8 },
      gaps: [{ at: before, bytes: 8, cause: 'rotation' }],
    });
    expect((await run.stored()).subarray(before).toString()).toBe('newest\nof all\n');
  });

  test('L5 while nobody reads it, after all of it was read, is whole', async () => {
    const capture = await pod(records('one\ntwo\n'));
    await readAndCrash(capture(), 8);
    await rotate(records('three\n'));
    const run = capture();
    run.end('one\ntwo\nthree\n');
    expect(await run.statement).toMatchObject({ state: 'sealed', lines: 3 });
  });

  test('L5 while nobody reads it, before all of it was read: where and how much is lost', async () => {
    const capture = await pod(records('one\ntwo\n'));
    await readAndCrash(capture(), 8);
    await appendFile(kwok.logFile, records('lost\n'));
    await rotate(records('three\n'));
    const run = capture();
    run.end('one\ntwo\nlost\nthree\n');
    expect(await run.statement).toMatchObject({
      state: 'truncated',
      cause: 'rotation',
      lost: { from: 8, to: 13 },
      gaps: [{ at: 8, bytes: 5, cause: 'rotation' }],
    });
    expect((await run.stored()).toString()).toBe('one\ntwo\nthree\n');
  });

  test('L5 and nothing sealed it: where bytes may be missing', async () => {
    const capture = await pod(records('one\n'));
    await readAndCrash(capture(), 4);
    await rotate(records('three\n'));
    const run = capture();
    run.end();
    expect(await run.statement).toMatchObject({
      state: 'unsealed',
      cause: 'rotation',
      gaps: [{ at: 4, cause: 'rotation' }],
    });
  });
});

describe.skipIf(problem !== undefined)('a log is found again', () => {
  const stamp = (second: number, nanos = 0): string =>
    new Date(second * 1_000).toISOString().replace(/\.\d+Z$/, `.${String(nanos).padStart(9, '0')}Z`);

  test('L8 in a line whose parts are seconds apart', async () => {
    const capture = await pod(record('one ', 'stdout', stamp(1)));
    await readAndCrash(capture(), 4);
    await appendFile(kwok.logFile, record('line ', 'stdout', stamp(3)) + record('of parts\n', 'stdout', stamp(5)));
    const run = capture();
    run.end('one line of parts\n');
    expect(await run.statement).toMatchObject({ state: 'sealed', lines: 1 });
  });

  test('L9 with both streams in one line', async () => {
    const capture = await pod(record('out ') + record('err ', 'stderr'));
    await readAndCrash(capture(), 8);
    await appendFile(kwok.logFile, record('out\n') + record('err\n', 'stderr'));
    const run = capture();
    run.end('out err out\nerr\n');
    expect(await run.statement).toMatchObject({ state: 'sealed', lines: 2 });
  });

  test.for([
    ['equal', [5, 5, 5, 5]],
    ['set back', [9, 8, 7, 6]],
    ['of 1970 and of 2100', [4_102_444_800, 0, 4_102_444_801, 1]],
  ] as const)('L12 by timestamps that are %s, with lines that are repeated', async ([, [a, b, c, d]]) => {
    const line = (second: number): string => record('the same\n', 'stdout', stamp(second));
    const capture = await pod(line(a) + line(b));
    await readAndCrash(capture(), 18);
    await appendFile(kwok.logFile, line(c) + line(d));
    const run = capture();
    run.end('the same\n'.repeat(4));
    expect(await run.statement).toMatchObject({ state: 'sealed', lines: 4 });
  });
});

test.skipIf(problem !== undefined)(
  'L10 a record that the kubelet cannot read is left out without a word, and the seal says how much that is',
  async () => {
    const capture = await pod(`${records('one\n')}not a record: lost\n${records('two\n')}`);
    const run = capture();
    run.end('one\nlost\ntwo\n');
    expect(await run.statement).toMatchObject({ state: 'truncated', bytes: 8, sealedBytes: 13 });
  },
);

/** That a process reads no file for a while: its count of bytes read stands still. */
async function stopsReading(pid: number): Promise<boolean> {
  const read = async (): Promise<string> => /rchar: (\d+)/.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1] ?? '';
  const before = Number(await read());
  await delay(1_500);
  return Number(await read()) - before < 100_000;
}
