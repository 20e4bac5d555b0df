import {
  CONTROL_PLANE,
  eventually,
  problemWith,
  startFakeKubelet,
  type FakeKubelet,
  type LogAnswer,
} from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureDeps } from '../src/capture.ts';
import { KubernetesRig, type CaptureRun, type RunOptions } from './kubernetes-rig.ts';
import { cutAfter, silentAfter, stamped, whole } from './log-answers.ts';

const problem = await problemWith(...CONTROL_PLANE);
const [OLD, CURRENT] = ['0.log.20260102-030405', '0.log'];
const [BEFORE, AFTER] = ['one\ntwo\n', 'three\nfour\n'];
let rig: KubernetesRig;
let kubelet: FakeKubelet;
let pods = 0;

beforeAll(async () => {
  rig = await KubernetesRig.start();
  kubelet = await startFakeKubelet(rig.controlPlane);
});
afterAll(async () => {
  await kubelet?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/** As the runtime writes what the log API gives with the timestamps of `stamped`. */
function records(log: string, firstNs = 1): Buffer {
  return Buffer.from(stamped(log, firstNs).toString().replaceAll('Z ', 'Z stdout F '));
}

async function pod(answer: LogAnswer) {
  const name = `pod-${pods++}`;
  const podUid = await kubelet.startPod(name);
  kubelet.serve(name, answer);
  const knowsNode = { nodeOf: () => Promise.resolve('fake-kubelet') };
  return {
    name,
    capture: (change: Partial<CaptureDeps> = {}, options: Partial<RunOptions> = {}): CaptureRun =>
      rig.capture({ pod: name, podUid, ...options }, { ...knowsNode, ...change }),
  };
}

describe.skipIf(problem !== undefined)('a log whose node is asked for its files', () => {
  test('is whole though its beginning was rotated away before anybody read it', async () => {
    const { name, capture } = await pod(whole(AFTER));
    kubelet.serveFiles(name, () => ({ [OLD]: records(BEFORE), [CURRENT]: records(AFTER, 3) }));
    const run = capture();
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed', bytes: (BEFORE + AFTER).length });
    expect((await run.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test('is whole though it was rotated away while nobody followed it', async () => {
    const { name, capture } = await pod(cutAfter(stamped('one\n').length, BEFORE));
    kubelet.serveFiles(name, () => ({ [CURRENT]: records('one\n') }));
    const run = capture();
    await eventually('the first line is stored', async () => (await run.length()) === 4);
    kubelet.serveFiles(name, () => ({ [OLD]: records(BEFORE), [CURRENT]: records(AFTER, 3) }));
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect((await run.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test('is whole though the log API never had its beginning, and its files could be read only later', async () => {
    const { name, capture } = await pod((response) => void response.end(stamped(AFTER, 3)));
    const run = capture({ nodeOf: () => Promise.resolve(undefined) });
    await eventually('what there is is stored', async () => (await run.length()) === AFTER.length);
    run.abort();
    await expect(run.statement).rejects.toThrow(/abort/);
    kubelet.serveFiles(name, () => ({ [OLD]: records(BEFORE), [CURRENT]: records(AFTER, 3) }));
    const next = capture();
    next.end(BEFORE + AFTER);
    expect(await next.statement).toMatchObject({ state: 'sealed' });
    expect((await next.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test.each([
    ['has not lost its beginning though it is read late', 20_000, []],
    ['may have lost its beginning when it is read very late', 60_000, [{ at: 0, cause: 'opened-late' }]],
  ])('%s', async (_, ageMs, gaps) => {
    const { name, capture } = await pod(whole(AFTER));
    kubelet.serveFiles(name, () => ({ [CURRENT]: records(AFTER) }));
    const run = capture({}, { startedAt: Date.now() - ageMs });
    run.end();
    const statement = await run.statement;
    expect(statement).toMatchObject({ state: 'unsealed' });
    expect(statement.gaps ?? []).toEqual(gaps);
  });

  test('is not followed but looked at every so often, and what there is then is stored', async () => {
    const { name, capture } = await pod(silentAfter(BEFORE));
    let files = { [CURRENT]: records('one\n') };
    kubelet.serveFiles(name, () => files);
    const run = capture();
    await eventually('the first line is stored', async () => (await run.length()) === 4);
    files = { [CURRENT]: records(BEFORE) };
    await eventually('the second line is stored', async () => (await run.length()) === BEFORE.length);
    expect(kubelet.requests(name)).toBe(0);
    run.end(BEFORE);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
  });

  test('is read once when its container ended before the first look', async () => {
    const { name, capture } = await pod(whole(BEFORE));
    kubelet.serveFiles(name, () => ({ [CURRENT]: records(BEFORE) }));
    const run = capture();
    run.end(BEFORE);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect(kubelet.filesRead(name)).toEqual(['', CURRENT, '']);
  });

  test('is followed by the log API when its node has no such files', async () => {
    let isFollowed = false;
    const { capture } = await pod((response, request) => {
      isFollowed ||= request.follow;
      return silentAfter(BEFORE)(response, request);
    });
    const run = capture();
    await eventually('it is stored', async () => (await run.length()) === BEFORE.length);
    await eventually('it is followed', () => isFollowed);
    run.end(BEFORE);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
  });
});
