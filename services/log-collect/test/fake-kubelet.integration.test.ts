import { randomBytes } from 'node:crypto';
import { CONTROL_PLANE, eventually, problemWith, stampedLog, type LogAnswer } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubeletRig } from './kubelet-rig.ts';
import { GIVES_UP_SOON } from './kubernetes-rig.ts';
import { cutAfter, silentAfter, status, whole, withText } from './log-answers.ts';

/**
 * What the log API can do wrong, caused by a fake kubelet behind the real API server; each test begins with the fault of the study that it
 * stands for. L4, L5, L8–L10 and L12 are in `kwok.integration.test.ts`, with the kubelet's own reader and real rotations. Not caused:
 * L11 (`limitBytes` and `tailLines` are never asked for: `open-log.integration.test.ts` of cluster-kubernetes sees the query), L16 (chunks are
 * never over the limit: `chunker.test.ts`), L19 (restartPolicy Never: `job-manifest.test.ts`), L22 (the node evicts, which is `pod-gone`; the
 * wording for an evicted pod is in `log-statement-of.test.ts`).
 */
const problem = await problemWith(...CONTROL_PLANE);
let rig: KubeletRig;

beforeAll(async () => {
  rig = await KubeletRig.start();
});
afterAll(() => rig?.[Symbol.asyncDispose]());

/** Captures a log that is served so, and whose container ended and was sealed. */
async function captured(written: Uint8Array | string, ...answers: readonly LogAnswer[]) {
  const run = (await rig.pod(...answers)).capture();
  run.end(written);
  return { statement: await run.statement, stored: await run.stored() };
}

const LINES = Array.from({ length: 500 }, (_, i) => `line ${i} of a log that is cut somewhere\n`).join('');

/** So long that it is read over a connection of its own. */
const LONG = LINES.repeat(300);

const BREAKS = [
  ['L1 in the middle of a line', cutAfter(1_000, LINES)],
  ['L1 in the middle of a timestamp', cutAfter(31 + 37 + 12, LINES)],
  ['L1 before the first byte', cutAfter(0, LINES)],
  ['L2 an error text instead of it', withText('', 'unable to retrieve container logs for containerd://x')],
  ['L2 an error text behind half of it', withText(LINES.slice(0, 380), 'failed to watch file: too many open files')],
  [
    'L2 an error text in the middle of a line',
    withText(LINES.slice(0, 370), 'unable to retrieve container logs for containerd://x'),
  ],
  ['L3 not yet: 400', status(400, 'container "main" in pod "p" is waiting to start: ContainerCreating')],
  ['L3 not yet: 204', status(204)],
  ['L3 no answer: 500', status(500, 'rpc error')],
  ['L3 no answer: 503', status(503)],
  ['L3 not found: 404', status(404)],
] as const;

describe.skipIf(problem !== undefined)('a log whose source breaks is whole in the end', () => {
  test.for(BREAKS)('%s, when it is held against its seal', async ([, fault]) => {
    const { statement, stored } = await captured(LINES, fault, whole(LINES));
    expect(statement).toMatchObject({ state: 'sealed', bytes: LINES.length });
    expect(stored.toString()).toBe(LINES);
  });

  test.for(BREAKS)('%s, when it is read line by line', async ([, fault]) => {
    const { statement, stored } = await captured(LINES, cutAfter(0, LINES), fault, whole(LINES));
    expect(statement).toMatchObject({ state: 'sealed', bytes: LINES.length });
    expect(stored.toString()).toBe(LINES);
  });

  test('L3 a kubelet that has just started, and knows no pods for longer than one look', async () => {
    const { statement, stored } = await captured(LINES, ...Array.from({ length: 4 }, () => status(404)), whole(LINES));
    expect(statement).toMatchObject({ state: 'sealed', bytes: LINES.length });
    expect(stored.toString()).toBe(LINES);
  });

  test.for([
    ['L1 in its middle', cutAfter(3_000_000, LONG)],
    ['L1 before its first byte', cutAfter(0, LONG)],
    ['L2 an error text behind half of it', withText(LONG.slice(0, 3_000_000), 'failed to watch file')],
    ['L3 no answer: 503', status(503)],
    ['L3 not found: 404', status(404)],
  ] as const)('%s, when it is long', async ([, fault]) => {
    const { statement, stored } = await captured(LONG, fault, whole(LONG));
    expect(statement).toMatchObject({ state: 'sealed', bytes: LONG.length });
    expect(stored.toString() === LONG).toBe(true);
  });

  test.for([
    ['a log', LINES],
    ['a long log', LONG],
  ] as const)('%s that is all there takes one request, without timestamps', async ([, log]) => {
    const asked: boolean[] = [];
    const { statement, stored } = await captured(log, (response, request) => {
      asked.push(request.timestamps);
      return whole(log)(response, request);
    });
    expect(statement.state).toBe('sealed');
    expect(asked).toEqual([false]);
    expect(stored.toString() === log).toBe(true);
  });

  test('L1 again and again while it is followed, and every byte is stored once', async () => {
    const cuts = [900, 5_000, 5_010, 12_345, 20_000];
    const { pod, capture } = await rig.pod(...cuts.map((bytes) => cutAfter(bytes, LINES)), whole(LINES));
    const run = capture();
    await eventually('all reads', () => pod.requests > cuts.length, { withinMs: 60_000 });
    run.end(LINES);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect((await run.stored()).toString()).toBe(LINES);
  });

  test('L2 its node has no watch left to follow it by, each time it is asked, and every byte is stored once', async () => {
    const words = 'failed to create fsnotify watcher: too many open files';
    const unfollowed =
      (log: string): LogAnswer =>
      (response, request) =>
        (request.follow ? withText(log, words) : whole(log))(response, request);
    const inMidLine = unfollowed(LINES.slice(0, 370));
    const { capture } = await rig.pod(
      status(400, words),
      inMidLine,
      inMidLine,
      unfollowed(LINES.slice(0, 380)),
      unfollowed(LINES),
    );
    let times = 0;
    const run = capture({
      follow: { afterMs: 0, busyAfterMs: 20, stallMs: 3_000, mostMs: 6_000, quietMs: 300, leavingMs: 1_000 },
      onNotFollowed: () => void times++,
    });
    await eventually('it was read as often as it was told', () => times >= 4, { withinMs: 60_000 });
    run.end(LINES);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect((await run.stored()).toString()).toBe(LINES);
  });

  test.for([
    ['', LINES],
    [', more of them than of the log', LINES.slice(0, 370)],
  ] as const)(
    'L2 words that nobody knows end a followed stream in the middle of a line%s: the log is whole without them',
    async ([, log]) => {
      const words = 'the runtime has no time: context deadline exceeded';
      const { capture } = await rig.pod(withText(LINES.slice(0, 370), words), whole(log));
      const run = capture();
      await eventually('they were read', async () => (await run.length()) === 370 + words.length);
      run.end(log);
      expect(await run.statement).toMatchObject({ state: 'sealed' });
      expect((await run.stored()).toString()).toBe(log);
    },
  );

  test('L7 the tail is written after the end', async () => {
    const short = whole(LINES.slice(0, -100));
    const { statement } = await captured(LINES, short, short, short, whole(LINES));
    expect(statement).toMatchObject({ state: 'sealed' });
    expect(statement.tried.join()).toMatch(/100 more bytes/);
  });

  test('L17 a stream that hangs while more is written is opened anew', async () => {
    const { pod, capture } = await rig.pod(silentAfter('one\n'), whole('one\ntwo\n'));
    const run = capture({
      follow: { afterMs: 0, busyAfterMs: 0, stallMs: 200, mostMs: 400, quietMs: 300, leavingMs: 1_000 },
    });
    await eventually('the stream was opened anew', () => pod.requests > 2, { withinMs: 60_000 });
    await eventually('the rest is stored', async () => (await run.stored()).toString() === 'one\ntwo\n');
    run.end('one\ntwo\n');
    expect(await run.statement).toMatchObject({ state: 'sealed' });
  });

  test('L20 a stream that never ends does not hold up a log that is all there', async () => {
    const run = (await rig.pod(silentAfter(LINES))).capture();
    await eventually('stored', async () => (await run.length()) === LINES.length);
    run.end(LINES);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
  });

  test('L23 the API server is killed in the middle, and comes back', async () => {
    const { capture } = await rig.pod(silentAfter(LINES.slice(0, 1_000)), whole(LINES));
    const run = capture();
    await eventually('the first half is stored', async () => (await run.length()) === 1_000);
    await rig.rig.controlPlane.apiServer.kill();
    await rig.rig.controlPlane.apiServer.restart();
    run.end(LINES);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
  });

  test('L24 its collector is killed between two chunks, and another goes on', async () => {
    const { capture } = await rig.pod(silentAfter(LINES.slice(0, 5_000)), whole(LINES));
    const first = capture();
    await eventually('half is stored', async () => (await first.length()) === 5_000);
    first.abort();
    await first.statement.catch(() => undefined);
    const second = capture();
    second.end(LINES);
    expect(await second.statement).toMatchObject({ state: 'sealed', lines: 500 });
  });
});

describe.skipIf(problem !== undefined)('any bytes', () => {
  const long = Buffer.alloc(20_000_000, 'x');
  test.for([
    ['L13 none', ''],
    ['L13 newlines only', '\n\n\n'],
    ['L13 no newline at the end', 'one\ntwo'],
    ['L14 binary', randomBytes(300_000)],
    ['L14 what looks like a timestamp', stampedLog('a\nb\n').toString()],
    ['L15 a line of 20 MB', long],
  ] as const)('%s', async ([, written]) => {
    const { statement, stored } = await captured(written, whole(written));
    expect(statement).toMatchObject({ state: 'sealed', bytes: Buffer.from(written).length });
    expect(stored.equals(Buffer.from(written))).toBe(true);
  });
});

describe.skipIf(problem !== undefined)('a log that is not whole says so', () => {
  test('L2 an error text that stays is not stored, and named', async () => {
    const { capture } = await rig.pod(withText('one\n', 'failed to watch file: too many open files'));
    const run = capture(GIVES_UP_SOON);
    run.end('one\ntwo\n');
    const statement = await run.statement;
    expect(statement).toMatchObject({ state: 'truncated', cause: 'source-failed', lost: { from: 4, to: 8 } });
    expect(statement.reason).toMatch(/too many open files/);
    expect((await run.stored()).toString()).toBe('one\n');
  });

  test('L6 it is longer than its budget, and exactly what was dropped is said', async () => {
    const run = (await rig.pod(whole(LINES))).capture({}, { budgetBytes: 1_000 });
    run.end(LINES);
    expect(await run.statement).toMatchObject({
      state: 'truncated',
      cause: 'policy',
      lost: { from: 1_000, to: LINES.length },
    });
    expect((await run.stored()).toString()).toBe(LINES.slice(0, 1_000));
  });

  test('L7 the tail never comes: dropped by the runtime, so many bytes', async () => {
    const { statement } = await captured(LINES, whole(LINES.slice(0, -100)));
    const lost = { from: LINES.length - 100, to: LINES.length };
    expect(statement).toMatchObject({ state: 'truncated', cause: 'dropped-by-runtime', lost });
  });

  test('L7 the tail never comes, and nothing sealed it: nobody can know, so it is not called complete', async () => {
    const run = (await rig.pod(whole(LINES.slice(0, -100)))).capture();
    run.end();
    const statement = await run.statement;
    expect(statement).toMatchObject({ state: 'unsealed', cause: 'no-seal' });
    expect(statement.reason).toMatch(/two reads after the end agree, which is no proof/);
  });

  test('L14 one other byte is a mismatch', async () => {
    const { statement } = await captured('one\ntwo\n', whole('one\ntwO\n'));
    expect(statement).toMatchObject({ state: 'mismatch', cause: 'altered' });
  });

  test('L18 its pod is deleted while it is followed', async () => {
    const { pod, capture } = await rig.pod(silentAfter('one\n'));
    const run = capture();
    await eventually('stored', async () => (await run.length()) === 4);
    await rig.kubelet.deletePod(pod);
    run.end(undefined, { kind: 'leaving', words: 'deleted: by somebody', cause: 'deleted' });
    expect(await run.statement).toMatchObject({ state: 'unsealed', cause: 'source-gone', bytes: 4 });
  });

  test('L18 its node is lost while it is followed', async () => {
    const run = (await rig.pod(silentAfter('one\n'))).capture(GIVES_UP_SOON);
    await eventually('stored', async () => (await run.length()) === 4);
    rig.kubelet.refuse(true);
    try {
      run.end(undefined, { kind: 'leaving', words: 'node-lost: the node is away', cause: 'node-gone' });
      const statement = await run.statement;
      expect(statement).toMatchObject({ state: 'unsealed', cause: 'source-failed', bytes: 4 });
      expect(statement.reason).toMatch(/node-lost/);
    } finally {
      rig.kubelet.refuse(false);
    }
  });

  test('L21 its file was cleaned away', async () => {
    const gone = withText(
      '',
      'failed to try resolving symlinks in path "/var/log/pods/x": lstat /x: no such file or directory',
    );
    const { statement } = await captured('one\n', gone);
    expect(statement).toMatchObject({ state: 'truncated', cause: 'source-gone', bytes: 0, lost: { from: 0, to: 4 } });
  });

  test('its beginning may have been rotated away before anybody read it', async () => {
    const run = (await rig.pod(whole('two\n'))).capture({}, { startedAt: Date.now() - 60_000 });
    run.end('one\ntwo\n');
    const statement = await run.statement;
    expect(statement).toMatchObject({ state: 'truncated', gaps: [{ at: 0, cause: 'opened-late' }, { at: 4 }] });
  });
});
