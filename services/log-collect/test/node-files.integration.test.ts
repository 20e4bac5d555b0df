import { CONTROL_PLANE, eventually, logRecords, problemWith, stampedLog, type LogAnswer } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubeletRig } from './kubelet-rig.ts';
import { cutAfter, silentAfter, whole } from './log-answers.ts';

const problem = await problemWith(...CONTROL_PLANE);
const [OLD, CURRENT] = ['0.log.20260102-030405', '0.log'];
/** A look at a log of which nothing is known. */
const FIRST_LOOK = [CURRENT, ''];
const [BEFORE, AFTER] = ['one\ntwo\n', 'three\nfour\n'];
let rig: KubeletRig;

beforeAll(async () => {
  rig = await KubeletRig.start();
});
afterAll(() => rig?.[Symbol.asyncDispose]());

/** A pod of which it is known on which node it is. */
async function podOnNode(answer: LogAnswer): ReturnType<KubeletRig['pod']> {
  const { pod, capture } = await rig.pod(answer);
  const nodeOf = () => Promise.resolve(pod.node);
  return { pod, capture: (change = {}, options = {}) => capture({ nodeOf, ...change }, options) };
}

describe.skipIf(problem !== undefined)('a log whose node is asked for its files', () => {
  test('is whole though its beginning was rotated away before anybody read it', async () => {
    const { pod, capture } = await podOnNode(whole(AFTER));
    pod.serveFiles(() => ({ [OLD]: logRecords(BEFORE), [CURRENT]: logRecords(AFTER, 3) }));
    const run = capture();
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed', bytes: (BEFORE + AFTER).length });
    expect((await run.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test('is whole though it was rotated away while nobody followed it', async () => {
    const { pod, capture } = await podOnNode(cutAfter(stampedLog('one\n').length, BEFORE));
    pod.serveFiles(() => ({ [CURRENT]: logRecords('one\n') }));
    const run = capture();
    await eventually('the first line is stored', async () => (await run.length()) === 4);
    pod.serveFiles(() => ({ [OLD]: logRecords(BEFORE), [CURRENT]: logRecords(AFTER, 3) }));
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect((await run.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test('is whole though the log API never had its beginning, and its files could be read only later', async () => {
    const { pod, capture } = await podOnNode((response) => void response.end(stampedLog(AFTER, 3)));
    const run = capture({ nodeOf: () => Promise.resolve(undefined) });
    await eventually('what there is is stored', async () => (await run.length()) === AFTER.length);
    run.abort();
    await expect(run.statement).rejects.toThrow(/abort/);
    pod.serveFiles(() => ({ [OLD]: logRecords(BEFORE), [CURRENT]: logRecords(AFTER, 3) }));
    const next = capture();
    next.end(BEFORE + AFTER);
    expect(await next.statement).toMatchObject({ state: 'sealed' });
    expect((await next.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test.each([
    ['has not lost its beginning though it is read late', 20_000, []],
    ['may have lost its beginning when it is read very late', 60_000, [{ at: 0, cause: 'opened-late' }]],
  ])('%s', async (_, ageMs, gaps) => {
    const { pod, capture } = await podOnNode(whole(AFTER));
    pod.serveFiles(() => ({ [CURRENT]: logRecords(AFTER) }));
    const run = capture({}, { startedAt: Date.now() - ageMs });
    run.end();
    const statement = await run.statement;
    expect(statement).toMatchObject({ state: 'unsealed' });
    expect(statement.gaps ?? []).toEqual(gaps);
  });

  test('is not followed but looked at every so often, and of what is there then only what is new is read', async () => {
    const { pod, capture } = await podOnNode(silentAfter(BEFORE + AFTER));
    let files = { [CURRENT]: logRecords(BEFORE) };
    pod.serveFiles(() => files);
    const run = capture();
    await eventually('what there is is stored', async () => (await run.length()) === BEFORE.length);
    files = { [CURRENT]: logRecords(BEFORE + AFTER) };
    await eventually('the rest is stored', async () => (await run.length()) === BEFORE.length + AFTER.length);
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    const [latest, latestNow] = ['one\n', 'one\ntwo\nthree\n'].map((before) => `from ${logRecords(before).length}`);
    const looks = new Set(pod.filesRead.slice(FIRST_LOOK.length));
    expect([...looks].filter((file) => file !== `${CURRENT} ${latestNow}`)).toEqual([`${CURRENT} ${latest}`]);
    expect(pod.requests).toBe(0);
  });

  test('is read anew when what was read of it before is not what was sealed', async () => {
    const { pod, capture } = await podOnNode(whole(BEFORE + AFTER));
    let files = { [CURRENT]: logRecords(BEFORE.replace('one', 'own')) };
    pod.serveFiles(() => files);
    const run = capture();
    await eventually('what there is is stored', async () => (await run.length()) === BEFORE.length);
    files = { [CURRENT]: logRecords(BEFORE + AFTER) };
    run.end(BEFORE + AFTER);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect((await run.stored()).toString()).toBe(BEFORE + AFTER);
  });

  test('is read once when its container ended before the first look', async () => {
    const { pod, capture } = await podOnNode(whole(BEFORE));
    pod.serveFiles(() => ({ [CURRENT]: logRecords(BEFORE) }));
    const run = capture();
    run.end(BEFORE);
    expect(await run.statement).toMatchObject({ state: 'sealed' });
    expect(pod.filesRead).toEqual(FIRST_LOOK);
  });

  test('is followed by the log API when its node has no such files', async () => {
    let isFollowed = false;
    const { capture } = await podOnNode((response, request) => {
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
