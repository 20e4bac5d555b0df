import { describe, expect, test } from 'vitest';
import type { ApiPod, ObjectMeta, Terminated } from '../src/api-objects.ts';
import { snapshotOfPod } from '../src/snapshot-of-pod.ts';
import { apiPod, at, main, ms, ran } from './objects.ts';

const STOPPED: ObjectMeta = { annotations: { 'lacuna.dev/stopped': at(5) } };
const DELETED: ObjectMeta = { deletionTimestamp: at(6) };
const RUNNING = main({ running: { startedAt: at(2) } });
const EVICTED = [
  {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'low on memory',
    lastTransitionTime: at(8),
  },
];

const NOTHING_SEALED = { v: 1, bytes: 0, lines: 0, sha256: 'a'.repeat(64), endedAt: 5, drainMs: 0 };

const endOf = (status: ApiPod['status'], metadata: ObjectMeta = {}, deletedAt?: number) =>
  snapshotOfPod(apiPod(status, metadata), deletedAt)?.ended;
const reasonOf = (...pod: Parameters<typeof endOf>): string | undefined => endOf(...pod)?.reason;
const ended = (more: Partial<Terminated>) =>
  main({ terminated: { exitCode: 1, containerID: 'containerd://c1', startedAt: at(2), finishedAt: at(9), ...more } });

describe('of several reasons for the end of a container', () => {
  const late = { phase: 'Failed', reason: 'DeadlineExceeded' } as const;

  test.for<[string, Parameters<typeof endOf>, string]>([
    ['memory, before a deadline', [{ ...late, containerStatuses: ran(137, 'OOMKilled', 40) }], 'OOMKilled'],
    [
      'memory, before an eviction',
      [{ phase: 'Failed', conditions: EVICTED, containerStatuses: ran(137, 'OOMKilled') }],
      'OOMKilled',
    ],
    [
      'memory, before a deletion',
      [{ phase: 'Failed', containerStatuses: ran(137, 'OOMKilled') }, DELETED],
      'OOMKilled',
    ],
    ['the deadline, in its very second', [{ ...late, containerStatuses: ran(143, 'Error', 31) }], 'DeadlineExceeded'],
    ['its own end, a second before the deadline', [{ ...late, containerStatuses: ran(1, 'Error', 30) }], 'Error'],
    [
      'its own end, of a pod without a start',
      [{ ...late, startTime: undefined as never, containerStatuses: ran(1, 'Error', 40) }],
      'Error',
    ],
    [
      'the deadline, before an eviction',
      [{ ...late, conditions: EVICTED, containerStatuses: ran(143, 'Error', 40) }],
      'DeadlineExceeded',
    ],
    [
      'an eviction, before a deletion',
      [{ phase: 'Failed', conditions: EVICTED, containerStatuses: ran(143, 'Error') }, DELETED],
      'Evicted',
    ],
    [
      'a deletion by us',
      [
        { phase: 'Failed', containerStatuses: ran(143, 'Error') },
        { ...STOPPED, ...DELETED },
      ],
      'Stopped',
    ],
    ['a deletion by somebody else', [{ phase: 'Failed', containerStatuses: ran(143, 'Error') }, DELETED], 'Deleted'],
    [
      'a deletion with a grace, in the second of the end',
      [
        { phase: 'Failed', containerStatuses: ran(143, 'Error') },
        { deletionTimestamp: at(39), deletionGracePeriodSeconds: 30 },
      ],
      'Deleted',
    ],
    [
      'its own end, in the second of a deletion without a grace',
      [{ phase: 'Failed', containerStatuses: ran(1, 'Error') }, { deletionTimestamp: at(9) }],
      'Error',
    ],
    [
      'its own end, before a deletion',
      [{ phase: 'Failed', containerStatuses: ran(1, 'Error') }, { deletionTimestamp: at(10) }],
      'Error',
    ],
    ['the word of the runtime', [{ phase: 'Failed', containerStatuses: ended({ reason: 'Odd' }) }], 'Odd'],
    ['failure, without a word', [{ phase: 'Failed', containerStatuses: ended({ exitCode: 3 }) }], 'Error'],
    ['success, without a word', [{ phase: 'Succeeded', containerStatuses: ended({ exitCode: 0 }) }], 'Completed'],
    [
      'no disruption: a condition that does not hold',
      [
        {
          phase: 'Failed',
          conditions: EVICTED.map((one) => ({ ...one, status: 'False' })),
          containerStatuses: ran(1, 'Error'),
        },
      ],
      'Error',
    ],
  ])('%s', ([, pod, reason]) => {
    expect(reasonOf(...pod)).toBe(reason);
  });
});

describe('an end that no container told', () => {
  test.for<[string, Parameters<typeof endOf>, string | undefined]>([
    ['stopped by us at its deadline', [{ phase: 'Failed', reason: 'DeadlineExceeded' }, STOPPED], 'Stopped'],
    ['at its deadline', [{ phase: 'Failed', reason: 'DeadlineExceeded' }], 'DeadlineExceeded'],
    ['evicted, though we had stopped it', [{ phase: 'Failed', reason: 'Evicted' }, STOPPED], 'Evicted'],
    ['lost on its node, though we had stopped it', [{ phase: 'Failed' }, STOPPED], 'Lost'],
    ['disrupted, before any other reason', [{ phase: 'Failed', reason: 'Odd', conditions: EVICTED }], 'Evicted'],
    ['gone, stopped by us, never having run', [{ phase: 'Pending' }, STOPPED, ms(7)], 'Stopped'],
    ['not gone, stopped by us, not having run', [{ phase: 'Pending' }, STOPPED], undefined],
    [
      'gone, stopped by us, still running',
      [{ phase: 'Running', containerStatuses: RUNNING }, STOPPED, ms(7)],
      undefined,
    ],
    ['gone by somebody else, never having run', [{ phase: 'Pending' }, {}, ms(7)], undefined],
  ])('%s', ([, pod, reason]) => {
    expect(reasonOf(...pod)).toBe(reason);
  });

  test('says when, and in whose words', () => {
    expect(endOf({ phase: 'Failed', conditions: EVICTED })).toEqual({
      at: ms(8),
      reason: 'Evicted',
      message: 'TerminationByKubelet: low on memory',
    });
    expect(endOf({ phase: 'Failed', conditions: EVICTED, message: 'of the pod' })?.message).toBe('of the pod');
    expect(endOf({ phase: 'Pending' }, STOPPED, ms(7))).toEqual({ at: ms(1), reason: 'Stopped' });
  });

  test('of an init container that succeeded is not its doing; of one that failed, all its words', () => {
    const setup = (exitCode: number) => [
      { name: 'setup', state: { terminated: { exitCode, reason: 'Error', message: 'no disk' } } },
    ];
    expect(reasonOf({ phase: 'Failed', initContainerStatuses: setup(0) })).toBe('Lost');
    expect(endOf({ phase: 'Failed', initContainerStatuses: setup(1) })?.message).toBe(
      'init container setup ended with 1: Error: no disk',
    );
  });
});

describe('what is told of a container that ended', () => {
  test('the words of a disruption come before the last ones of the program', () => {
    expect(
      endOf({ phase: 'Failed', conditions: EVICTED, containerStatuses: ended({ message: 'last words' }) })?.message,
    ).toBe('TerminationByKubelet: low on memory');
  });

  test.for(['StartError', 'ContainerCannotRun'])('%s: it never ran, whatever else the runtime says', (reason) => {
    const snapshot = snapshotOfPod(apiPod({ phase: 'Failed', containerStatuses: ended({ reason, exitCode: 128 }) }));
    expect(snapshot?.ended).toEqual({ at: ms(9), reason: 'StartError' });
    expect(snapshot?.started).toBeUndefined();
  });

  test('J15: StartError of a helper: its node kept it from its start', () => {
    const pod = apiPod({ phase: 'Failed', containerStatuses: ended({ reason: 'StartError', message: 'words' }) });
    const containers = [{ name: 'proxy' }, { name: 'main', command: ['/.lacuna/seal', '--', 'true'] }];
    expect(snapshotOfPod({ ...pod, spec: { ...pod.spec, containers } })?.ended).toEqual({
      at: ms(9),
      reason: 'StartInterrupted',
      message: 'words',
    });
  });

  test('a helper that could not start the command tells what it sealed: nothing', () => {
    const seal = { ...NOTHING_SEALED, startError: 'no such file' };
    expect(endOf({ phase: 'Failed', containerStatuses: ended({ message: JSON.stringify(seal) }) })).toEqual({
      at: ms(9),
      reason: 'StartError',
      message: 'no such file',
      seal,
    });
  });

  test('its id is the one that the status has, where the end itself has none', () => {
    const end = (containerID: string | undefined) =>
      endOf({ phase: 'Failed', containerStatuses: ended({ containerID } as never) })?.containerId;
    expect([end('containerd://of-end'), end(undefined), end('')]).toEqual([
      'containerd://of-end',
      'containerd://c1',
      undefined,
    ]);
  });

  test('at its time limit is told so by its helper, whatever it exits with, and whoever comes after that', () => {
    const seal = { ...NOTHING_SEALED, exitCode: 0, timedOut: true };
    const containerStatuses = ended({ exitCode: 0, message: JSON.stringify(seal) });
    expect(endOf({ phase: 'Succeeded', containerStatuses })).toMatchObject({ reason: 'DeadlineExceeded', exitCode: 0 });
    expect(reasonOf({ phase: 'Failed', containerStatuses, reason: 'DeadlineExceeded' }, STOPPED)).toBe(
      'DeadlineExceeded',
    );
    expect(reasonOf({ phase: 'Failed', containerStatuses }, DELETED)).toBe('DeadlineExceeded');
  });

  test.each([
    { policy: 'OnFailure', restartCount: 0, lastState: {}, restarts: undefined },
    { policy: 'OnFailure', restartCount: 2, lastState: {}, restarts: 2 },
    { policy: 'Never', restartCount: 1, lastState: { terminated: { exitCode: 255 } }, restarts: 1 },
    // A kubelet had made it, and was killed before it could start it.
    { policy: 'Never', restartCount: 1, lastState: { waiting: {} }, restarts: undefined },
  ])('after $restartCount restarts with policy $policy and $lastState before it, had run $restarts times', (given) => {
    const { policy, restarts, ...counted } = given;
    const containerStatuses = ended({ exitCode: 0 }).map((status) => ({ ...status, ...counted }));
    const { spec, ...pod } = apiPod({ phase: 'Succeeded', containerStatuses });
    expect(snapshotOfPod({ ...pod, spec: { ...spec, restartPolicy: policy } })?.ended?.restarts).toBe(restarts);
  });

  test('without an exit code has none', () => {
    expect(endOf({ phase: 'Failed', containerStatuses: ended({ exitCode: undefined } as never) })).not.toHaveProperty(
      'exitCode',
    );
  });

  test('while others run on is told at once; while nobody is known to, only with the phase', () => {
    const status = { phase: 'Running', containerStatuses: ran(1, 'Error') } as const;
    expect(endOf(status)).toBeUndefined();
    expect(
      endOf({ ...status, containerStatuses: [...status.containerStatuses, { name: 'x', state: { waiting: {} } }] }),
    ).toBeUndefined();
  });
});

describe('conditions', () => {
  const condition = (type: string, status: string, more = {}) => ({ type, status, lastTransitionTime: at(4), ...more });

  test('only the one about scheduling says that a pod has no node, and only when it does not hold', () => {
    const unschedulable = (...conditions: object[]) =>
      snapshotOfPod(apiPod({ phase: 'Pending', conditions: conditions }))?.unschedulable;
    expect(unschedulable(condition('Ready', 'False'), condition('PodScheduled', 'True'))).toBeUndefined();
    expect(
      unschedulable(condition('Ready', 'False'), condition('PodScheduled', 'False', { reason: 'Unschedulable' })),
    ).toEqual({
      message: 'Unschedulable',
      at: ms(4),
    });
  });

  test('the last of them is when something was that nobody dated', () => {
    const pod = apiPod({
      phase: 'Pending',
      conditions: [condition('PodScheduled', 'True'), { type: 'Odd', status: 'True' }],
      containerStatuses: main({ waiting: { reason: 'ErrImagePull' } }),
    });
    expect(snapshotOfPod(pod)?.waiting?.at).toBe(ms(4));
    expect(snapshotOfPod({ ...pod, status: { ...pod.status, conditions: [] } })?.waiting?.at).toBe(ms(1));
  });

  test('an eviction of an old kubelet has the words and the time that there are', () => {
    const pod = apiPod({ phase: 'Failed', reason: 'Evicted', containerStatuses: ran(137, 'Error') });
    expect(snapshotOfPod(pod)).toMatchObject({
      gone: { cause: 'evicted', message: 'Evicted', at: ms(1) },
      ended: { reason: 'Evicted', exitCode: 137 },
    });
  });
});

test('a pod of no Job is of the one that the Job controller named, or of none', () => {
  const jobOf = (metadata: ObjectMeta) => snapshotOfPod(apiPod({}, { ownerReferences: [], ...metadata }))?.jobUid;
  expect(jobOf({ labels: { 'batch.kubernetes.io/controller-uid': 'from-label' } })).toBe('from-label');
  expect(jobOf({ ownerReferences: [{ kind: 'ReplicaSet', uid: 'other' }] })).toBe('');
});

test('a pod that runs and is being stopped by us is gone by nobody', () => {
  const pod = apiPod({ phase: 'Running', containerStatuses: RUNNING }, { ...STOPPED, ...DELETED });
  expect(snapshotOfPod(pod)?.gone).toBeUndefined();
});
