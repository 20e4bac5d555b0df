import { describe, expect, test } from 'vitest';
import type { ApiPod } from '../src/api-objects.ts';
import { snapshotOfPod } from '../src/snapshot-of-pod.ts';
import { apiPod, at, main, ms, ran } from './objects.ts';

const STOPPED = { annotations: { 'lacuna.dev/stopped': at(5) } };
const disrupted = (reason: string) => [
  { type: 'DisruptionTarget', status: 'True', reason, message: 'made room', lastTransitionTime: at(8) },
];
const SEAL = { v: 1, bytes: 3, lines: 1, sha256: 'a'.repeat(64), endedAt: 5, drainMs: 0 } as const;

describe('on its way to its start', () => {
  test('a pod without a node tells what the scheduler said', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/3 nodes fit',
        lastTransitionTime: at(3),
      },
    ];
    const { spec, ...pod } = apiPod({ phase: 'Pending', conditions });
    expect(spec?.nodeName).toBe('node-1');
    const snapshot = snapshotOfPod(pod);
    expect(snapshot).toMatchObject({ unschedulable: { message: '0/3 nodes fit', at: ms(3) } });
    expect(snapshot?.scheduled).toBeUndefined();
  });

  test.each([
    ['ErrImagePull', false],
    ['ImagePullBackOff', false],
    ['CreateContainerConfigError', false],
    ['InvalidImageName', true],
    ['ErrImageNeverPull', true],
  ])('%s is told as waiting; waiting longer is pointless: %s', (reason, permanent) => {
    const pod = apiPod({ phase: 'Pending', containerStatuses: main({ waiting: { reason, message: 'why' } }) });
    expect(snapshotOfPod(pod)?.waiting).toEqual({ reason, message: 'why', permanent, at: ms(1) });
  });

  test.each(['ContainerCreating', 'PodInitializing'])('%s is how every container starts, and not told', (reason) => {
    expect(snapshotOfPod(apiPod({ containerStatuses: main({ waiting: { reason } }) }))?.waiting).toBeUndefined();
  });

  test('a running container tells which it is and since when', () => {
    const pod = apiPod({ phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) });
    expect(snapshotOfPod(pod)).toMatchObject({
      jobUid: 'uid-of-job',
      scheduled: { node: 'node-1', at: ms(1) },
      started: { containerId: 'containerd://c1', image: 'busybox:1', at: ms(2) },
    });
  });

  test('another container of the pod never speaks for the evaluation', () => {
    const sidecar = ran(1, 'Error').map((status) => ({ ...status, name: 'proxy' }));
    const snapshot = snapshotOfPod(apiPod({ phase: 'Running', containerStatuses: sidecar }));
    expect([snapshot?.started, snapshot?.ended]).toEqual([undefined, undefined]);
  });

  test('an object without our labels is not ours', () => {
    expect(snapshotOfPod({ ...apiPod(), metadata: { name: 'x', uid: 'x', labels: {} } })).toBeUndefined();
  });
});

describe('how a container ended', () => {
  const end = (status: ApiPod['status'], metadata = {}, deletedAt?: number) =>
    snapshotOfPod(apiPod(status, metadata), deletedAt)?.ended;
  const container = { containerId: 'containerd://c1', startedAt: ms(2), at: ms(9) };

  test.each([
    ['its own exit 0', 'Succeeded', ran(0, 'Completed'), { exitCode: 0, reason: 'Completed' }],
    ['its own exit 7', 'Failed', ran(7, 'Error'), { exitCode: 7, reason: 'Error' }],
    ['out of memory', 'Failed', ran(137, 'OOMKilled'), { exitCode: 137, reason: 'OOMKilled' }],
    ['a child out of memory, exit 0', 'Succeeded', ran(0, 'OOMKilled'), { exitCode: 0, reason: 'OOMKilled' }],
  ] as const)('%s', (_, phase, containerStatuses, expected) => {
    expect(end({ phase, containerStatuses })).toEqual({ ...container, ...expected });
  });

  test('J13: the exit code that the kubelet made up for a container it lost is not told', () => {
    const terminated = {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'could not be located',
      finishedAt: null,
    };
    const ended = end({ phase: 'Failed', containerStatuses: main({ terminated }) });
    expect(ended).toEqual({
      at: ms(1),
      containerId: 'containerd://c1',
      reason: 'Lost',
      message: 'could not be located',
    });
  });

  test('J15: a command that could not be started is told without container, start and exit code', () => {
    const terminated = {
      exitCode: 128,
      reason: 'StartError',
      message: 'no such file',
      startedAt: '1970-01-01T00:00:00Z',
      finishedAt: at(9),
    };
    const snapshot = snapshotOfPod(apiPod({ phase: 'Failed', containerStatuses: main({ terminated }) }));
    expect(snapshot?.ended).toEqual({ at: ms(9), reason: 'StartError', message: 'no such file' });
    expect(snapshot?.started).toBeUndefined();
  });

  const seal = { v: 1, bytes: 0, lines: 0, sha256: 'a'.repeat(64), endedAt: ms(8), drainMs: 1 };
  const sealed = (exitCode: number, more: object) => {
    const message = JSON.stringify({ ...seal, ...more });
    const finished = { exitCode, reason: 'Error', message, startedAt: at(2), finishedAt: at(9) };
    return snapshotOfPod(apiPod({ phase: 'Failed', containerStatuses: main({ terminated: finished }) }));
  };

  test('the signal that ended the command is told by its seal', () => {
    const ended = sealed(139, { signal: 'SIGSEGV' })?.ended;
    expect([ended?.signal, ended?.exitCode, ended?.seal?.signal]).toEqual(['SIGSEGV', undefined, 'SIGSEGV']);
  });

  test('an exit code that is none of the command is told beside what the seal says', () => {
    expect(sealed(137, { exitCode: 0 })?.ended).toMatchObject({ exitCode: 137, seal: { exitCode: 0 } });
    expect(sealed(137, { signal: 'SIGTERM' })?.ended).toMatchObject({ exitCode: 137, seal: { signal: 'SIGTERM' } });
  });

  test('J15: a command that the helper could not start is told like one that the runtime could not start', () => {
    const snapshot = sealed(127, { exitCode: 127, startError: 'cannot start nothing: no such file' });
    expect(snapshot?.ended).toMatchObject({
      at: ms(9),
      reason: 'StartError',
      message: 'cannot start nothing: no such file',
    });
    expect([snapshot?.started, snapshot?.ended?.containerId, snapshot?.ended?.exitCode]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a terminated container is told only with the terminal phase, which says why it ended', () => {
    expect(end({ phase: 'Running', containerStatuses: ran(137, 'Error', 40) })).toBeUndefined();
    const later = end({ phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses: ran(137, 'Error', 40) });
    expect(later).toMatchObject({ exitCode: 137, reason: 'DeadlineExceeded' });
  });

  test('with a sidecar that runs on, the phase is not waited for', () => {
    const sidecar = { name: 'proxy', state: { running: { startedAt: at(2) } } };
    expect(end({ phase: 'Running', containerStatuses: [...ran(3, 'Error'), sidecar] })).toMatchObject({ exitCode: 3 });
  });

  test('a deadline that came after the end of the container did not end it', () => {
    const ended = end({ phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses: ran(0, 'Completed', 9) });
    expect(ended).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  test('a deadline that we set to stop it is told as Stopped', () => {
    const status = { phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses: ran(143, 'Error', 40) };
    expect(end(status, STOPPED)).toMatchObject({ exitCode: 143, reason: 'Stopped' });
  });

  test('stopped before it had a container, it is told as Stopped and gone by nobody else', () => {
    const snapshot = snapshotOfPod(apiPod({ phase: 'Pending' }, { ...STOPPED, deletionTimestamp: at(6) }), ms(6));
    expect([snapshot?.ended?.reason, snapshot?.gone]).toEqual(['Stopped', undefined]);
  });

  test('stopped before it had a node, it is told as Stopped also when the garbage collector calls it failed first', () => {
    const { spec, ...pod } = apiPod({ phase: 'Failed' }, { ...STOPPED, deletionTimestamp: at(6) });
    expect(spec?.nodeName).toBe('node-1');
    const snapshot = snapshotOfPod(pod);
    expect([snapshot?.ended?.reason, snapshot?.gone]).toEqual(['Stopped', undefined]);
  });

  test.each([
    ['PreemptionByScheduler', 'preempted', 'Preempted'],
    ['DeletionByTaintManager', 'node-lost', 'Lost'],
    ['DeletionByPodGC', 'node-lost', 'Lost'],
    ['EvictionByEvictionAPI', 'evicted', 'Evicted'],
    ['TerminationByKubelet', 'evicted', 'Evicted'],
    ['SomethingNew', 'unknown', 'Lost'],
  ])('J11: %s is told as %s, and the end of its container as %s', (reason, cause, endReason) => {
    const conditions = disrupted(reason);
    const pod = apiPod({ phase: 'Failed', conditions, containerStatuses: ran(143, 'Error') });
    expect(snapshotOfPod(pod)).toMatchObject({
      gone: { cause, message: `${reason}: made room`, at: ms(8) },
      ended: { exitCode: 143, reason: endReason },
    });
  });

  test('J10: an eviction of which no container status is left has no exit code', () => {
    const snapshot = snapshotOfPod(apiPod({ phase: 'Failed', reason: 'Evicted', message: 'low on ephemeral-storage' }));
    expect(snapshot?.gone).toMatchObject({ cause: 'evicted', message: 'low on ephemeral-storage' });
    expect(snapshot?.ended).toEqual({ at: ms(1), reason: 'Evicted', message: 'low on ephemeral-storage' });
  });

  test('J9: a pod that is failed while its container still runs is lost, not ended by itself', () => {
    const pod = { phase: 'Failed', containerStatuses: main({ running: { startedAt: at(2) } }) };
    expect(end(pod)).toEqual({ at: ms(1), containerId: 'containerd://c1', reason: 'Lost' });
  });

  test('a pod that its node refused never started', () => {
    expect(end({ phase: 'Failed', reason: 'OutOfcpu', message: 'node is full' })).toMatchObject({ reason: 'OutOfcpu' });
  });

  test('J17: a failed init container is named', () => {
    const initContainerStatuses = [{ name: 'setup', state: { terminated: { exitCode: 2, reason: 'Error' } } }];
    const containerStatuses = main({ waiting: { reason: 'PodInitializing' } });
    const ended = end({ phase: 'Failed', initContainerStatuses, containerStatuses });
    expect(ended).toEqual({ at: ms(1), reason: 'InitError', message: 'init container setup ended with 2: Error' });
  });

  test('a seal in the termination message is read, with what else it holds left out, and is no message for people', () => {
    const [status] = ran(0, 'Completed');
    const { bytes, lines, sha256 } = SEAL;
    const stream = { bytes, lines, sha256 };
    const streams = { stdout: { ...stream, newer: 1 }, stderr: stream };
    const message = JSON.stringify({ newer: 1, ...SEAL, exitCode: 0, streams });
    const terminated = { ...status?.state?.terminated, message };
    const ended = end({ phase: 'Succeeded', containerStatuses: main({ terminated }) });
    // In the order of the message: two observers must tell the same.
    const told = { ...SEAL, exitCode: 0, streams: { stdout: stream, stderr: stream } };
    expect(JSON.stringify(ended?.seal)).toBe(JSON.stringify(told));
    expect(ended).not.toHaveProperty('message');
  });

  test.each(['{"v":1', '{"v":2}', 'the last lines of a log', '{}', 'null', '', `${JSON.stringify(SEAL)}x`])(
    'J28: a termination message %j is no seal',
    (message) => {
      const [status] = ran(1, 'Error');
      const ended = end({
        phase: 'Failed',
        containerStatuses: main({ terminated: { ...status?.state?.terminated, message } }),
      });
      expect(ended).toMatchObject({ message });
      expect(ended?.seal).toBeUndefined();
    },
  );
});

describe('a deletion', () => {
  const deleting = { deletionTimestamp: at(20), deletionGracePeriodSeconds: 10 };

  test('of a running pod is told as gone when it was asked for', () => {
    const pod = apiPod({ phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) }, deleting);
    expect(snapshotOfPod(pod)).toMatchObject({ gone: { cause: 'deleted', at: ms(10) } });
  });

  test('J6: makes the end of the container not its own', () => {
    const pod = apiPod({ phase: 'Failed', containerStatuses: ran(143, 'Error', 12) }, deleting);
    expect(snapshotOfPod(pod)).toMatchObject({
      gone: { cause: 'deleted' },
      ended: { exitCode: 143, reason: 'Deleted' },
    });
  });

  test('of a pod that had ended is no news', () => {
    const removed = { deletionTimestamp: at(9), deletionGracePeriodSeconds: 0 };
    const snapshot = snapshotOfPod(
      apiPod({ phase: 'Succeeded', containerStatuses: ran(0, 'Completed', 9) }, removed),
      ms(9),
    );
    expect([snapshot?.gone, snapshot?.ended?.reason]).toEqual([undefined, 'Completed']);
  });

  test('as the last word tells a terminated container whose phase never came', () => {
    const pod = apiPod({ phase: 'Running', containerStatuses: ran(137, 'Error', 12) }, deleting);
    expect(snapshotOfPod(pod)?.ended).toBeUndefined();
    expect(snapshotOfPod(pod, ms(20))?.ended).toMatchObject({ exitCode: 137, reason: 'Deleted' });
  });

  test('as the last word on a running container makes up no end', () => {
    const pod = apiPod({ phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) });
    const snapshot = snapshotOfPod(pod, ms(20));
    expect([snapshot?.ended, snapshot?.gone?.at]).toEqual([undefined, ms(20)]);
  });
});
