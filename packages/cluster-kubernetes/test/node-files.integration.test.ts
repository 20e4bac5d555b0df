import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { LogContradicted, type Cluster, type ContainerRef, type LogPart, type LogPosition } from '@lacuna/cluster';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  CONTROL_PLANE,
  logRecords,
  problemWith,
  stampedLog,
  startFakeKubelet,
  startTestControlPlane,
  type ControlPlane,
  type FakeKubelet,
  type FakePod,
  type NodeFolder,
} from '@lacuna/testing';
import { openKubernetesCluster } from '../src/index.ts';

const { signal } = new AbortController();
const SEALED: LogPosition = { offset: 0, follow: false, sealedBytes: 1 };
const [OLDEST, OLD, CURRENT] = ['0.log.20260102-030405.gz', '0.log.20260102-030415', '0.log'];

const problem = await problemWith(...CONTROL_PLANE);
let controlPlane: ControlPlane;
let kubelet: FakeKubelet;
let cluster: Cluster;
let pod: FakePod;
let container: ContainerRef;
const refusals: string[] = [];

beforeAll(async () => {
  controlPlane = await startTestControlPlane();
  kubelet = await startFakeKubelet(controlPlane);
});

beforeEach(async () => {
  refusals.length = 0;
  cluster = openCluster();
  const text = 'by the API\n';
  pod = await kubelet.startPod((response, { timestamps }) => void response.end(timestamps ? stampedLog(text) : text));
  container = { ...pod.container, node: pod.node };
});

afterEach(() => cluster[Symbol.asyncDispose]());

afterAll(async () => {
  await kubelet?.[Symbol.asyncDispose]();
  await controlPlane?.[Symbol.asyncDispose]();
});

function openCluster(caFile?: string): Cluster {
  const onRefused = (node: string, why: string): void => void refusals.push(`${node}: ${why}`);
  const { kubeconfig } = controlPlane;
  return openKubernetesCluster({ kubeconfig, nodeFiles: { address: 'Hostname', caFile, onRefused } });
}

let lines = 0;
const record = (text: string): Buffer => logRecords(`${text}\n`, ++lines);

async function partsOf(position: LogPosition, from = cluster): Promise<LogPart[]> {
  const opened = await from.openLog(container, position, signal);
  if (opened.kind !== 'open') throw new Error(`expected an open log, got ${JSON.stringify(opened)}`);
  return Array.fromAsync(opened.body);
}

const textOf = (parts: readonly LogPart[]): string => Buffer.concat(parts.map(({ bytes }) => bytes)).toString();

async function read(position: LogPosition = SEALED, from = cluster): Promise<string> {
  return textOf(await partsOf(position, from));
}

/** All that there is, and where to go on behind it. */
async function readSoFar(): Promise<LogPosition> {
  const parts = await partsOf({ offset: 0, follow: false });
  const tail = Buffer.from(textOf(parts));
  const mark = parts.findLast((part) => part.mark !== undefined)?.mark;
  return { offset: tail.length, follow: false, known: { tail, ...(mark !== undefined && { mark }) } };
}

describe.skipIf(problem !== undefined)('a log out of the files of its node', () => {
  test('is whole, with those that were rotated away, and costs the log API nothing', async () => {
    const files = {
      [CURRENT]: record('c'),
      [OLD]: record('b'),
      [OLDEST]: gzipSync(record('a')),
      '0.log.20260102-030415.tmp': record('x'),
    };
    pod.serveFiles(() => files);
    expect(await read()).toBe('a\nb\nc\n');
    expect(await read({ offset: 0, follow: false })).toBe('a\nb\nc\n');
    expect(pod.requests).toBe(0);
    expect(refusals).toEqual([]);
  });

  test('is read in order when it is rotated while it is opened', async () => {
    const [a, b] = [record('a'), record('b')];
    let looks = 0;
    pod.serveFiles(() => (++looks === 1 ? { [CURRENT]: a } : { [CURRENT]: b, [OLD]: a }));
    expect(await read()).toBe('a\nb\n');
  });

  test('has a file that is packed while it is opened', async () => {
    const [a, b] = [record('a'), record('b')];
    const packed = { [CURRENT]: b, [`${OLD}.gz`]: gzipSync(a) };
    let looks = 0;
    pod.serveFiles(() => (++looks <= 4 ? { [CURRENT]: b, [OLD]: a } : packed));
    expect(await read()).toBe('a\nb\n');
  });

  test('has a file once that is there packed and not', async () => {
    const a = record('a');
    pod.serveFiles(() => ({ [CURRENT]: record('b'), [OLD]: a, [`${OLD}.gz`]: gzipSync(a) }));
    expect(await read()).toBe('a\nb\n');
  });

  test('is followed by the log API', async () => {
    pod.serveFiles(() => ({ [CURRENT]: record('a') }));
    expect(await read({ offset: 0, follow: true })).toBe('by the API\n');
    expect(pod.filesRead).toEqual([]);
  });
});

describe.skipIf(problem !== undefined)('a log that was read before goes on behind that', () => {
  const [a, b, c] = [record('a'), record('b'), record('c')];
  const known = Buffer.concat([a, b]);
  const FROM_B = `from ${a.length}`;
  const WHOLE = [CURRENT, ''];
  const TWO_NEWEST = ['', CURRENT, ''];
  const whole = (response: ServerResponse): void => void response.end(Buffer.concat([known, c]));

  test.each<[string, NodeFolder, string, string[]]>([
    ['is read from its latest line on', { [CURRENT]: Buffer.concat([known, c]) }, 'c\n', []],
    ['has nothing new', { [CURRENT]: known }, '', []],
    ['comes whole from a server that knows of no ranges', { [CURRENT]: whole }, 'c\n', []],
    ['was rotated', { [CURRENT]: c, [OLD]: known }, 'c\n', [...TWO_NEWEST, `${OLD} ${FROM_B}`]],
    [
      'was rotated behind a new line',
      { [CURRENT]: record('d'), [OLD]: Buffer.concat([known, c]) },
      'c\nd\n',
      [...TWO_NEWEST, `${OLD} ${FROM_B}`],
    ],
    ['was rotated and packed', { [CURRENT]: c, [`${OLD}.gz`]: gzipSync(known) }, 'c\n', [...TWO_NEWEST, `${OLD}.gz`]],
    [
      'was rotated twice, and is read anew',
      { [CURRENT]: record('d'), [OLD]: c, [OLDEST]: gzipSync(known) },
      'c\nd\n',
      [...TWO_NEWEST, `${OLD} ${FROM_B}`, ...WHOLE, ...WHOLE, OLDEST, OLD],
    ],
  ])('when it %s', async (_, files, more, requests) => {
    pod.serveFiles(() => ({ [CURRENT]: known }));
    const position = await readSoFar();
    pod.serveFiles(() => files);
    expect(await read(position)).toBe(more);
    expect(pod.filesRead.slice(WHOLE.length)).toEqual([`${CURRENT} ${FROM_B}`, ...requests]);
    expect(pod.requests).toBe(0);
    expect(refusals).toEqual([]);
  });

  test.each([
    ['bytes with the same time', Buffer.from(String(b).replace(' b', ' x'))],
    ['time before the same bytes', record('b')],
  ])('never behind another %s', async (_, other) => {
    pod.serveFiles(() => ({ [CURRENT]: known }));
    const position = await readSoFar();
    pod.serveFiles(() => ({ [CURRENT]: Buffer.concat([a, other, c]) }));
    await expect(read(position)).rejects.toThrow(LogContradicted);
    expect(pod.filesRead.slice(WHOLE.length)).toEqual([`${CURRENT} ${FROM_B}`, '', ...WHOLE]);
  });

  test('by the log API when the files can not be had any more', async () => {
    pod.serveFiles(() => ({ [CURRENT]: known }));
    const position = await readSoFar();
    pod.serveFiles(() => 403);
    const stamped = Buffer.concat([known, c]).toString().replaceAll(' stdout F', '');
    pod.serve((response) => void response.end(stamped));
    expect(await read(position)).toBe('c\n');
    expect(refusals).toHaveLength(1);
  });
});

describe.skipIf(problem !== undefined)('when the files of a node can not be had, the log comes by the log API', () => {
  test.each([
    ['is forbidden', 403, /403/],
    ['fails', 500, /500/],
  ])('because reading them %s; the node is left alone for a while, and that is told once', async (_, status, words) => {
    pod.serveFiles(() => status);
    expect(await read()).toBe('by the API\n');
    expect(await read({ offset: 0, follow: false })).toBe('by the API\n');
    expect(pod.filesRead).toEqual([CURRENT]);
    expect(refusals).toEqual([expect.stringMatching(words)]);
    expect(refusals[0]).toMatch(/^fake-kubelet: /);
  });

  test('because there is no folder for it, which says nothing about the node', async () => {
    expect(await read()).toBe('by the API\n');
    pod.serveFiles(() => ({ [CURRENT]: record('a') }));
    expect(await read()).toBe('a\n');
    expect(refusals).toEqual([]);
  });

  test('because its container was started twice, which the log API tells apart', async () => {
    pod.serveFiles(() => ({ [CURRENT]: record('a'), '1.log': record('b') }));
    expect(await read()).toBe('by the API\n');
  });

  test('because nobody knows its node', async () => {
    pod.serveFiles(() => ({ [CURRENT]: record('a') }));
    const { node: _, ...unknown } = container;
    container = unknown;
    expect(await read()).toBe('by the API\n');
    container = { ...unknown, node: 'nowhere' };
    expect(await read()).toBe('by the API\n');
    expect(refusals).toEqual([expect.stringMatching(/^nowhere: where the node is: 404/)]);
  });

  test('because its certificate is of another authority', async () => {
    await using other = openCluster('/etc/ssl/certs/ca-certificates.crt');
    pod.serveFiles(() => ({ [CURRENT]: record('a') }));
    expect(await read(SEALED, other)).toBe('by the API\n');
    expect(refusals).toEqual([expect.stringMatching(/certificate/)]);
    expect(pod.filesRead).toEqual([]);
  });

  test('because it broke off in the middle: what came breaks, and the next read is by the log API', async () => {
    const half = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(record('a'), () => response.destroy());
    };
    pod.serveFiles(() => ({ [CURRENT]: half }));
    await expect(read()).rejects.toThrow(/terminated|closed|aborted/);
    expect(refusals).toHaveLength(1);
    expect(await read()).toBe('by the API\n');
  });

  test('because a rotated file is gone before it was read: nothing passes for the beginning that is not', async () => {
    const b = record('b');
    let looks = 0;
    pod.serveFiles(() => (++looks <= 4 ? { [CURRENT]: b, [OLD]: record('a') } : { [CURRENT]: b }));
    await expect(read()).rejects.toThrow(/is gone/);
    expect(await read()).toBe('by the API\n');
  });
});
