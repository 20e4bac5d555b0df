import { LogNotFollowed, type Cluster, type LogOutcome } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { breaking, closing, json, plain, ScriptedApi, stream } from './scripted-api.ts';

const CONTAINER = { podUid: 'u', podName: 'p', containerId: 'c' };
const STAMP = '2026-01-02T03:04:05.000000006Z ';
const { signal } = new AbortController();

function open(cluster: Cluster, offset = 0, follow = true): Promise<LogOutcome> {
  return cluster.openLog(CONTAINER, { offset, follow }, signal);
}

async function bodyOf(outcome: LogOutcome): Promise<string> {
  if (outcome.kind !== 'open') throw new Error(`expected an open log, got ${JSON.stringify(outcome)}`);
  const parts: Uint8Array[] = [];
  for await (const { bytes } of outcome.body) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

describe('L3: a log that is not there', () => {
  const status = (message: string) => ({ kind: 'Status', message });
  test.each([
    ['no node yet', plain(204, ''), 'waiting'],
    [
      'no container yet',
      json(400, status('container "main" in pod "p" is waiting to start: ContainerCreating')),
      'waiting',
    ],
    [
      'an image that does not come',
      json(400, status('container "main" in pod "p" is trying and failing to pull image')),
      'waiting',
    ],
    ['no such pod', json(404, status('pods "p" not found')), 'gone'],
    [
      'a kubelet that knows no pods yet',
      json(404, status('the server could not find the requested resource ( pods/log p)')),
      'unavailable',
    ],
    ['a container that left nothing', json(400, status('container "main" in pod "p" is not available')), 'gone'],
    ['too many requests', plain(429, ''), 'unavailable'],
    ['a node that does not answer', json(500, status('dial tcp: connection refused')), 'unavailable'],
    [
      'L21: a file that was cleaned away',
      closing('failed to try resolving symlinks: lstat /x: no such file or directory'),
      'gone',
    ],
    ['L2: a container the runtime forgot', closing('unable to retrieve container logs for containerd://x'), 'gone'],
    ['L2: any other text', closing('rpc error: code = Unknown'), 'unavailable'],
    ['a connection that breaks', breaking(), 'unavailable'],
  ])('%s', async (_, answer, kind) => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open({ timings: { logGraceMs: 20_000 } });
    api.on('log pods', answer);
    expect((await open(cluster)).kind).toBe(kind);
  });
});

test.each([
  [0, 'one\ntwo'],
  [2, 'e\ntwo'],
  [4, 'two'],
  [7, ''],
])('L11: from byte %i on it is %j, and nothing is asked for that would cut it', async (offset, expected) => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const log = closing(`${STAMP}one\n`, `${STAMP}two`);
  api.on('log pods', log, log);
  expect(await bodyOf(await open(cluster, offset))).toBe(expected);
  expect(api.calls('log pods').at(-1)?.url.search).toBe('?container=main&timestamps=true&follow=true');
});

test('L1: a connection that breaks while it is followed breaks the body', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  api.on('log pods', breaking(`${STAMP}one\n`));
  await expect(bodyOf(await open(cluster))).rejects.toThrow('other side closed');
});

test('L2: an error text behind the log breaks the body', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  api.on('log pods', closing(`${STAMP}one\n`, 'failed to watch file'));
  await expect(bodyOf(await open(cluster))).rejects.toThrow('failed to watch file');
});

test('L17: the log of a silent container is open, though the kubelet has answered nothing yet', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open({ timings: { logGraceMs: 20 } });
  const { promise: later, resolve: speak } = Promise.withResolvers<void>();
  api.on('log pods', (response) => void later.then(() => response.end(`${STAMP}at last\n`)));
  const outcome = await open(cluster);
  expect(outcome.kind).toBe('open');
  speak();
  expect(await bodyOf(outcome)).toBe('at last\n');
});

test('a refusal that comes after the log counted as open breaks the body', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open({ timings: { logGraceMs: 20 } });
  const { promise: later, resolve: speak } = Promise.withResolvers<void>();
  api.on('log pods', (response) => void later.then(() => response.writeHead(500).end('the node is away')));
  const outcome = await open(cluster);
  speak();
  await expect(bodyOf(outcome)).rejects.toThrow('the node is away');
});

test('a reader that leaves ends the request', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  api.on('log pods', (response, seen) => {
    response.on('close', () => resolve('closed'));
    stream(`${STAMP}one\n`)(response, seen);
  });
  const outcome = await open(cluster);
  if (outcome.kind !== 'open') throw new Error(outcome.message);
  for await (const { bytes } of outcome.body) {
    expect(Buffer.from(bytes).toString()).toBe('one\n');
    break;
  }
  expect(await closed).toBe('closed');
});

const NO_WATCH = 'failed to create fsnotify watcher: too many open files';

test.each([
  ['behind the log', 0, [closing(`${STAMP}one\n`, NO_WATCH)], 'one\n'],
  ['in the middle of a line', 0, [closing(`${STAMP}one`, NO_WATCH)], 'one'],
  ['before the first byte', 0, [plain(400, NO_WATCH)], ''],
  ['behind what is known', 4, [closing(`${STAMP}one\n`), closing(`${STAMP}one\n`, NO_WATCH)], ''],
])(
  'a node that has no watch left says so %s: the log is open, and breaks as one that is not followed',
  async (_, offset, answers, given) => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open({ timings: { logGraceMs: 20_000 } });
    api.on('log pods', ...answers);
    const outcome = await open(cluster, offset);
    if (outcome.kind !== 'open') throw new Error(outcome.message);
    const parts: Uint8Array[] = [];
    const reading = (async () => {
      for await (const { bytes } of outcome.body) parts.push(bytes);
    })();
    await expect(reading).rejects.toThrow(LogNotFollowed);
    expect(Buffer.concat(parts).toString()).toBe(given);
  },
);
