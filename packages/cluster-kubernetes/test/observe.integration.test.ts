import { Watch } from '@lacuna/cluster/conformance';
import { eventually } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { apiJob, apiPod, at, JOB, meta, ms, ran } from './objects.ts';
import { breaking, closing, json, line, listing, plain, ScriptedApi, stream } from './scripted-api.ts';

/** A watch that ends at once does so within a minute, however busy the machine is. */
const FAST = { maxBackoffMs: 100, shortestWatchMs: 60_000 };
const UID = `uid-of-${JOB}`;
const bookmark = (resourceVersion: string) => line('BOOKMARK', { metadata: { resourceVersion } });
const added = (resourceVersion: string) => line('ADDED', apiJob(resourceVersion));
const finished = {
  conditions: [{ type: 'Complete', status: 'True', reason: 'CompletionsReached', lastTransitionTime: at(9) }],
};

async function observing(api: ScriptedApi, timings = {}) {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(await api.open({ timings: { ...FAST, ...timings } }));
  const watch = stack.use(new Watch(cluster, 30_000));
  await watch.synced();
  return { watch, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Why each watch was lost, in order. */
const losses = ({ told }: Watch): string[] => told.flatMap((one) => (one.kind === 'lost' ? [one.because] : []));
/** The drift that each listing found, in order. */
const drifts = ({ told }: Watch): (number | undefined)[] =>
  told.flatMap((one) => (one.kind === 'synced' ? [one.drift] : []));

const versionsAsked = (api: ScriptedApi): (string | null)[] =>
  api.calls('watch jobs').map(({ url }) => url.searchParams.get('resourceVersion'));

describe('what makes an observer list again', () => {
  test.each([
    ['W1: a version too old, as HTTP 410', plain(410, 'Gone'), '410'],
    [
      'W1: a version too old, as an event in a 200',
      closing(line('ERROR', { code: 410, message: 'too old' })),
      'too old',
    ],
    ['an error event of another code', closing(line('ERROR', { code: 500, message: 'no leader' })), 'no leader'],
    ['W2: a watch that ends at once and empty', closing(), 'without a word'],
    ['W6: a watch that is cut in a line', closing('{"type":"ADDED","obj'), 'cut in a line'],
    ['a connection that breaks', breaking(added('5')), 'watch jobs'],
    ['W13: a server that is not ready', plain(503, 'not ready'), '503'],
  ])('%s', async (_, answer, because) => {
    await using api = await ScriptedApi.start();
    api.on('list jobs', listing('4'), listing('8', apiJob('8', finished))).on('watch jobs', answer);
    await using observed = await observing(api);
    await observed.watch.synced(2);
    expect(observed.watch.job(UID)?.finished?.succeeded).toBe(true);
    expect(drifts(observed.watch)).toEqual([0, 0]);
    expect(losses(observed.watch)).toEqual([expect.stringContaining(because)]);
    await eventually('the watch goes on from the new listing', () => versionsAsked(api).join() === '4,8');
  });

  test('W4: a watch that is silent for too long, though its connection is open', async () => {
    await using api = await ScriptedApi.start();
    api.on('watch jobs', stream());
    await using observed = await observing(api, { inactivityMs: 50 });
    await observed.watch.synced(2);
    expect(losses(observed.watch)[0]).toContain('nothing was heard for 50 ms');
  });

  test('W12: the time, and then a change that the watch had lost is told and counted', async () => {
    await using api = await ScriptedApi.start();
    api
      .on('list jobs', listing('4', apiJob('3')), listing('9', apiJob('5', finished)))
      .on('watch jobs', stream(bookmark('8')));
    // Long enough for the watch to have told its bookmark by then.
    await using observed = await observing(api, { relistMs: 1_500 });
    await observed.watch.synced(2);
    expect([losses(observed.watch), drifts(observed.watch)]).toEqual([[], [0, 1]]);
    expect(observed.watch.job(UID)?.finished).toBeDefined();
  });

  test('W13: not before the time that the server asked for', async () => {
    await using api = await ScriptedApi.start();
    const refused = plain(429, 'Too many requests', { 'retry-after': '1' });
    api.on('watch jobs', refused);
    await using observed = await observing(api);
    const refusedAt = performance.now();
    await observed.watch.synced(2);
    expect(performance.now() - refusedAt).toBeGreaterThan(900);
  });
});

test('W3, W5: a watch that ends in good order is resumed from its last version, a bookmark too, without listing again', async () => {
  await using api = await ScriptedApi.start();
  api.on('watch jobs', closing(added('5')), closing(bookmark('17')), stream(line('MODIFIED', apiJob('20', finished))));
  await using observed = await observing(api);
  await observed.watch.finished(UID);
  expect(versionsAsked(api)).toEqual(['1', '5', '17']);
  expect(api.calls('watch jobs')[0]?.url.searchParams.get('allowWatchBookmarks')).toBe('true');
  expect(api.calls('list jobs')).toHaveLength(1);
});

test('W8: what was deleted while nobody watched is told as vanished by the next listing', async () => {
  await using api = await ScriptedApi.start();
  api.on('list jobs', listing('4', apiJob('3'))).on('watch jobs', breaking());
  api.on('list jobs', listing('9'));
  await using observed = await observing(api);
  await observed.watch.vanished(UID);
  expect(observed.watch.told.at(-1)?.kind).not.toBe('job');
});

test('W9: a Job made again under the same name is another Job', async () => {
  await using api = await ScriptedApi.start();
  const again = { metadata: meta(JOB, '9', { uid: 'another' }), status: finished };
  api.on('watch jobs', stream(added('5'), line('DELETED', apiJob('7')), line('ADDED', again)));
  await using observed = await observing(api);
  await observed.watch.finished('another');
  expect([observed.watch.isGone(UID), observed.watch.job(UID)?.finished]).toEqual([true, undefined]);
});

test('W10: an older version of an object is not told after a newer one', async () => {
  await using api = await ScriptedApi.start();
  const events = [
    line('MODIFIED', apiJob('12', finished)),
    line('MODIFIED', apiJob('11')),
    line('DELETED', apiJob('13')),
  ];
  api.on('watch jobs', stream(...events));
  await using observed = await observing(api);
  await observed.watch.vanished(UID);
  const told = observed.watch.told.flatMap((one) => (one.kind === 'job' ? [one.job.finished?.succeeded] : []));
  expect(told).toEqual([true]);
});

test('a pod that is deleted while it is watched is told with its last state, and then as vanished', async () => {
  await using api = await ScriptedApi.start();
  const last = apiPod({ phase: 'Running' }, { deletionTimestamp: at(30) });
  api.on('watch pods', stream(line('DELETED', last)));
  await using observed = await observing(api);
  await observed.watch.vanished(last.metadata?.uid ?? '');
  expect(observed.watch.told.slice(-2)).toMatchObject([
    { kind: 'pod', pod: { gone: { cause: 'deleted' } } },
    { kind: 'vanished' },
  ]);
});

test('J6: when the kubelet shortens a deletion behind the end of the container, it is still the deletion that ended it', async () => {
  await using api = await ScriptedApi.start();
  const containerStatuses = ran(143, 'Error', 12);
  const first = { deletionTimestamp: at(20), deletionGracePeriodSeconds: 10 };
  const short = { deletionTimestamp: at(14), deletionGracePeriodSeconds: 0 };
  const state = (status: object, deletion: object, resourceVersion: string) =>
    apiPod(status, { ...deletion, resourceVersion });
  api.on(
    'watch pods',
    stream(
      line('MODIFIED', state({ phase: 'Running' }, first, '10')),
      line('MODIFIED', state({ phase: 'Failed', containerStatuses }, short, '11')),
      line('DELETED', state({ phase: 'Failed', containerStatuses }, short, '12')),
    ),
  );
  await using observed = await observing(api);
  await observed.watch.vanished(apiPod().metadata?.uid ?? '');
  expect(observed.watch.pods('uid-of-job')).toMatchObject([
    { gone: { cause: 'deleted', at: ms(10) }, ended: { reason: 'Deleted', exitCode: 143 } },
  ]);
});

test('J1: a warning about one of our Jobs is told with whose it is, and others are not', async () => {
  await using api = await ScriptedApi.start();
  const warning = (name: string) => ({
    metadata: { name: 'e', uid: `e-${name}`, resourceVersion: '5', creationTimestamp: at(1) },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'exceeded quota',
    involvedObject: { kind: 'Job', name, uid: UID },
  });
  api.on('watch events', stream(line('ADDED', warning('backup')), line('ADDED', warning(JOB))));
  await using observed = await observing(api);
  await observed.watch.until('the warning', () => observed.watch.warnings(UID)[0]);
  expect(observed.watch.warnings(UID)).toMatchObject([{ object: 'job', attempt: 1, reason: 'FailedCreate' }]);
});

test.each(['events', 'nodes'] as const)(
  'J1, J9: %s that are forbidden are told once as not to be had, and Jobs and pods are observed as ever',
  async (what) => {
    await using api = await ScriptedApi.start();
    const forbidden = json(403, { message: `${what} is forbidden` });
    api.on(`list ${what}`, ...Array.from({ length: 3 }, () => forbidden));
    api.on('watch jobs', stream(line('MODIFIED', apiJob('5', finished))));
    await using observed = await observing(api);
    await observed.watch.finished(UID);
    const listed = () => api.calls(`list ${what}`).length >= 4;
    await eventually('it is asked for again', listed);
    const blind = observed.watch.told.filter(({ kind }) => kind === 'blind');
    expect(blind).toMatchObject([{ to: what, because: expect.stringContaining(`${what} is forbidden`) as string }]);
    expect([api.calls('list jobs').length, losses(observed.watch)]).toEqual([1, []]);
  },
);

test('W1, W16: events that are too old are listed again, and nothing else is', async () => {
  await using api = await ScriptedApi.start();
  api.on('watch events', closing(line('ERROR', { code: 410, message: 'too old' })));
  await using observed = await observing(api);
  await eventually('the events are listed again', () => api.calls('list events').length === 2);
  expect([api.calls('list jobs').length, losses(observed.watch)]).toEqual([1, []]);
});

test('J9: a node that is not ready is told with the words of the cluster, and so is one that was removed', async () => {
  await using api = await ScriptedApi.start();
  const node = (status: string, resourceVersion: string) => ({
    metadata: { name: 'n', uid: 'n', resourceVersion },
    status: {
      conditions: [{ type: 'Ready', status, reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting' }],
    },
  });
  const changes = [line('MODIFIED', node('Unknown', '5')), line('DELETED', node('Unknown', '6'))];
  api.on('list nodes', listing('4', node('True', '3'))).on('watch nodes', stream(...changes));
  await using observed = await observing(api);
  const nodes = () => observed.watch.told.flatMap((one) => (one.kind === 'node' ? [one.node] : []));
  await observed.watch.until('the removal', () => nodes()[2]);
  expect(nodes()).toMatchObject([
    { name: 'n', ready: true },
    { ready: false, message: 'NodeStatusUnknown: Kubelet stopped posting' },
    { ready: false, message: expect.stringContaining('removed') as string },
  ]);
});

test('a long listing is read page by page; a page that is too late starts it over', async () => {
  await using api = await ScriptedApi.start();
  const page = (items: object[], rest: string) =>
    json(200, { metadata: { resourceVersion: '9', continue: rest }, items });
  api.on('list jobs', page([], 'p2'), plain(410, 'expired'), page([apiJob('3')], 'p2'), page([], ''));
  await using observed = await observing(api);
  expect(observed.watch.job(UID)).toBeDefined();
  expect(api.calls('list jobs').map(({ url }) => url.searchParams.get('continue'))).toEqual([null, 'p2', null, 'p2']);
});

test('listing that fails again and again is tried ever more seldom', async () => {
  await using api = await ScriptedApi.start();
  api.on('list jobs', ...Array.from({ length: 6 }, () => plain(500, 'no leader')));
  await using observed = await observing(api, { maxBackoffMs: 1_000 });
  expect(losses(observed.watch)).toHaveLength(6);
  expect(api.calls('list jobs')).toHaveLength(7);
});
