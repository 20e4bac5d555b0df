import { apiPod, at, main, ms, ran, snapshotOfPod } from '@lacuna/cluster-kubernetes/testing';
import { describe, expect, test } from 'vitest';
import { factOfLostNode, factOfVanishedJob, factsOfPod } from '../src/facts-of.ts';
import { IDENTITY, POD_UID, Seen } from './support/seen.ts';
import {
  failed,
  disrupted,
  DELETED,
  waiting,
  unschedulable,
  jobFacts,
  failedCreate,
  collected,
} from './support/shown.ts';

describe('a fault as the API server shows it ends as', () => {
  test.for([
    [
      'J1: a quota that allows no pod',
      () => new Seen().told(...failedCreate()),
      'error',
      /pod\.create missing: FailedCreate: .*exceeded quota/,
      'pod.create missing',
    ],
    [
      'J5: a Job that failed without ever having a pod',
      () => new Seen().told(...jobFacts('DeadlineExceeded')),
      'error',
      /ended without a pod: DeadlineExceeded/,
      'pod.create missing',
    ],
    [
      'J6: a running pod deleted by force',
      () =>
        new Seen()
          .running()
          .pod(9, { phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) }, DELETED, true)
          .log(11),
      'error',
      /deleted from outside/,
      'container.run deleted',
    ],
    [
      'J8: a Job taken away before it had a pod',
      () => new Seen().told(factOfVanishedJob('uid-of-job', IDENTITY, ms(9))),
      'error',
      /the Job was deleted/,
      'pod.create deleted',
    ],
    [
      'J9: a node that is silent for longer than our lease',
      () => new Seen().running().told(factOfLostNode(POD_UID, IDENTITY, 'the node n has not been ready', ms(9))),
      'error',
      /has not been ready/,
      'container.run node-lost',
    ],
    [
      'J9: a node removed by the controllers',
      () => collected(failed(137, 'Error', disrupted('DeletionByPodGC'))),
      'error',
      /Lost/,
      'container.run lost',
    ],
    [
      'J10: an eviction of which no container status is left',
      () =>
        new Seen()
          .running()
          .pod(10, { phase: 'Failed', reason: 'Evicted', message: 'low on ephemeral-storage' })
          .log(11, { state: 'none', reason: 'gone' }),
      'error',
      /ephemeral-storage/,
      'container.run evicted',
    ],
    [
      'J11: a preemption',
      () => collected(failed(143, 'Error', disrupted('PreemptionByScheduler'))),
      'error',
      /Preempted/,
      'container.run preempted',
    ],
    [
      'J11: an eviction by the API',
      () => collected(failed(143, 'Error', disrupted('EvictionByEvictionAPI'))),
      'error',
      /Evicted/,
      'container.run evicted',
    ],
    [
      'J11: a taint',
      () => collected(failed(143, 'Error', disrupted('DeletionByTaintManager'))),
      'error',
      /Lost/,
      'container.run lost',
    ],
    [
      'J12: out of memory, 137',
      () => collected(failed(137, 'OOMKilled')),
      'error',
      /^OOMKilled$/,
      'container.run oom-killed',
    ],
    [
      'J12: a child out of memory, exit code 0',
      () => collected({ phase: 'Succeeded', containerStatuses: ran(0, 'OOMKilled') }),
      'error',
      /OOMKilled: a process .* ended with 0/,
      'container.run oom-killed',
    ],
    [
      'J12: a child out of memory, exit code 143',
      () => collected(failed(143, 'OOMKilled')),
      'error',
      /OOMKilled: a process .* ended with 143/,
      'container.run oom-killed',
    ],
    [
      'J13: a container that the kubelet could not find',
      () =>
        collected({
          phase: 'Failed',
          containerStatuses: main({
            terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', finishedAt: null },
          }),
        }),
      'error',
      /Lost/,
      'container.run lost',
    ],
    [
      'J14: an image name that can never be right, at once',
      () => new Seen().pod(3, waiting('InvalidImageName')),
      'error',
      /InvalidImageName: the words/,
      'container.start cannot-start',
    ],
    [
      'J14: an image that cannot be pulled, at its deadline',
      () => new Seen().pod(3, waiting('ImagePullBackOff')),
      'error',
      /container\.start missing: ImagePullBackOff: the words/,
      'container.start missing',
    ],
    [
      'J15: a container that cannot be configured',
      () => new Seen().pod(3, waiting('CreateContainerConfigError')),
      'error',
      /CreateContainerConfigError: the words/,
      'container.start missing',
    ],
    [
      'J15: a command that does not exist',
      () =>
        new Seen().pod(3, {
          phase: 'Failed',
          containerStatuses: main({
            terminated: { exitCode: 128, reason: 'StartError', message: 'no such file', finishedAt: at(3) },
          }),
        }),
      'error',
      /no such file/,
      'container.start start-error',
    ],
    [
      'J15: a node that refuses the pod',
      () =>
        new Seen().pod(3, {
          phase: 'Failed',
          reason: 'OutOfcpu',
          message: "Pod was rejected: Node didn't have enough resource: cpu",
        }),
      'error',
      /OutOfcpu: Pod was rejected/,
      'container.start refused-by-node',
    ],
    [
      'J17: a failed init container',
      () =>
        new Seen().pod(3, {
          phase: 'Failed',
          initContainerStatuses: [{ name: 'setup', state: { terminated: { exitCode: 2, reason: 'Error' } } }],
        }),
      'error',
      /init container setup ended with 2/,
      'container.start start-error',
    ],
  ] as const)('%s', ([, seen, verdict, reason, alert]) => {
    const outcome = seen().outcome();
    expect(outcome).toMatchObject({ verdict, reason: expect.stringMatching(reason) as string, alerts: [alert] });
    // The hole is in a span's name, red, with the reason.
    const span = outcome.spans.find(({ name }) => name === alert);
    expect(span?.status).toMatchObject({ code: 'error' });
  });

  test('an exit code of 137 that the program gives itself is its own result', () => {
    expect(collected(failed(137, 'Error')).outcome()).toMatchObject({ verdict: 'failed', alerts: [] });
  });

  test('J16: a pod that no node can take is missing its schedule, in the words of the scheduler', () => {
    const { spec: _, ...pod } = apiPod(unschedulable);
    const snapshot = snapshotOfPod(pod)!;
    const outcome = new Seen().told(...factsOfPod(snapshot, 'watched', ms(1))).outcome();
    expect(outcome).toMatchObject({ verdict: 'error', reason: 'pod.schedule missing: 0/3 nodes are available' });
    expect(outcome.alerts).toEqual(['pod.schedule missing']);
  });

  test('J18: timed out, when the kubelet stopped it at the deadline of the pod', () => {
    const status = {
      ...failed(137, 'Error', { reason: 'DeadlineExceeded' }),
      containerStatuses: ran(137, 'Error', 40),
    };
    expect(new Seen().running().pod(41, status).log(42).outcome()).toMatchObject({ verdict: 'timed_out', alerts: [] });
  });
});
