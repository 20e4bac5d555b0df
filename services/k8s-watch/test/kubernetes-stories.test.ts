import {
  apiJob,
  apiPod,
  at,
  EVALUATION,
  main,
  ms,
  ran,
  snapshotOfJob,
  snapshotOfPod,
  warningOfEvent,
  type ApiPod,
  type ObjectMeta,
} from '@lacuna/cluster-kubernetes/testing';
import { fact, type Fact, type FactOf } from '@lacuna/contracts';
import { decide, fold, join, nextDeadline, type Evaluation } from '@lacuna/lifecycle';
import { spansOf } from '@lacuna/trace';
import { describe, expect, test } from 'vitest';
import { factOfLostNode, factOfVanishedJob, factOfWarning, factsOfJob, factsOfPod } from '../src/facts-of.ts';

/**
 * What the API server shows in each fault, as raw objects, through the adapter, the facts, the verdict, the spans and the findings: one
 * finding is one alert. Faults of the observation itself (W1 … W16) are tests of cluster-kubernetes and of this service.
 */
const IDENTITY = { evaluation: EVALUATION, attempt: 1 };
const POD_UID = apiPod().metadata?.uid ?? '';
const SHA = 'a'.repeat(64);

/** One evaluation as the API server shows it, told second by second. */
class Seen {
  readonly facts: { readonly fact: Fact; readonly storedAt: number }[] = [];

  constructor() {
    const spec = { name: 'suite', command: ['run'], timeout: '1m', report: 'none' as const };
    this.told(fact('submitted', { ...IDENTITY, at: ms(0) }, { spec, specHash: SHA, via: 'http' }));
    const job = { job: 'job', jobUid: 'uid-of-job', slotAt: ms(0), adopted: false, requests: 1, delaysMs: {} };
    this.told(fact('job-created', { ...IDENTITY, at: ms(0) }, job));
  }

  told(...facts: readonly Fact[]): this {
    this.facts.push(...facts.map((one) => ({ fact: one, storedAt: one.seenAt })));
    return this;
  }

  pod(second: number, status: ApiPod['status'], metadata: ObjectMeta = {}, isDeleted = false): this {
    const pod = snapshotOfPod(apiPod(status, metadata), isDeleted ? ms(second) : undefined);
    return pod === undefined ? this : this.told(...factsOfPod(pod, 'watched', ms(second)));
  }

  running(second = 3): this {
    return this.pod(second, { phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) });
  }

  log(second: number, statement: { readonly state?: 'none'; readonly reason?: string } = {}): this {
    const sealed = { state: 'sealed' as const, bytes: 1, lines: 1, sha256: SHA, sealedBytes: 1, tried: [] };
    return this.told(
      fact('log-closed', { ...IDENTITY, at: ms(second) }, { podUid: POD_UID, statement: { ...sealed, ...statement } }),
    );
  }

  /** Plays it to its end as the auditor does: publishes what is due, and lets time pass to the next deadline. */
  outcome() {
    let evaluation: Evaluation = fold(EVALUATION, []);
    const published: Fact[] = [];
    const publishDue = (now: number): void => {
      for (let due = decide(evaluation, now); due.length > 0; due = decide(evaluation, now)) {
        for (const one of due) evaluation = join(evaluation, { fact: one, storedAt: now });
        published.push(...due);
      }
    };
    for (const recorded of this.facts) {
      evaluation = join(evaluation, recorded);
      publishDue(recorded.storedAt);
    }
    for (let next = nextDeadline(evaluation); next !== undefined; next = nextDeadline(evaluation)) publishDue(next);
    const raised = published.filter((one): one is FactOf<'finding-raised'> => one.type === 'finding-raised');
    return {
      verdict: evaluation.settled?.data.verdict,
      reason: evaluation.settled?.data.reason ?? '',
      settledAt: evaluation.settled?.at ?? 0,
      alerts: raised.map(({ data }) => `${data.stage} ${data.cause}`),
      resolved: published.filter((one) => one.type === 'finding-cleared').length,
      spans: spansOf(evaluation),
    };
  }
}

const failed = (exitCode: number, reason: string, more: ApiPod['status'] = {}): ApiPod['status'] => ({
  phase: 'Failed',
  containerStatuses: ran(exitCode, reason),
  ...more,
});
const disrupted = (reason: string): ApiPod['status'] => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'made room', lastTransitionTime: at(8) }],
});
const DELETED: ObjectMeta = { deletionTimestamp: at(8), deletionGracePeriodSeconds: 0 };
const waiting = (reason: string): ApiPod['status'] => ({
  phase: 'Pending',
  containerStatuses: main({ waiting: { reason, message: 'the words of the kubelet' } }),
});
const unschedulable: ApiPod['status'] = {
  phase: 'Pending',
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes are available',
      lastTransitionTime: at(1),
    },
  ],
};
const finishedJob = (reason: string) =>
  apiJob('9', { conditions: [{ type: 'Failed', status: 'True', reason, lastTransitionTime: at(9) }] });
const jobFacts = (reason: string): Fact[] => {
  const job = snapshotOfJob(finishedJob(reason));
  return job === undefined ? [] : factsOfJob(job, 'watched', ms(9));
};
const failedCreate = (): Fact[] => {
  const warning = warningOfEvent({
    metadata: { name: 'e', uid: 'e', creationTimestamp: at(1) },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'pods is forbidden: exceeded quota: none',
    involvedObject: { kind: 'Job', name: `${EVALUATION}-a1`, uid: 'uid-of-job' },
  });
  return warning === undefined ? [] : [factOfWarning(warning, 'watched', ms(1))];
};

const collected = (status: ApiPod['status']): Seen => new Seen().running().pod(10, status).log(11);

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
      /deleted by somebody/,
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

test('J3, J4: what comes before the end of a Job (active, FailureTarget) is no fact', () => {
  const early = apiJob('9', { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy' }] });
  expect(factsOfJob(snapshotOfJob(early)!, 'watched', ms(9))).toEqual([]);
  expect(
    factsOfJob(snapshotOfJob({ ...early, status: { ...early.status, active: 0 } as object })!, 'watched', ms(9)),
  ).toEqual([]);
});

test('J6: the reason of a deletion is in words, though the last message of the container is a seal', () => {
  const seal = { v: 1, bytes: 1, lines: 1, sha256: SHA, signal: 'SIGTERM', endedAt: ms(9), drainMs: 0 };
  const [status] = ran(143, 'Error');
  const terminated = { ...status?.state?.terminated, message: JSON.stringify(seal) };
  const pod = { phase: 'Failed', containerStatuses: main({ terminated }) };
  const outcome = new Seen()
    .running()
    .pod(10, pod, { deletionTimestamp: at(18), deletionGracePeriodSeconds: 10 })
    .log(11)
    .outcome();
  expect(outcome).toMatchObject({ verdict: 'error', reason: 'Deleted: the pod was deleted by somebody' });
});

describe('J7: a second pod that the cluster started', () => {
  const second = { uid: 'z-second', name: `${EVALUATION}-a1-other` };
  const twice = (seen: Seen) =>
    seen.pod(5, { phase: 'Running', containerStatuses: main({ running: { startedAt: at(4) } }) }, second);

  test('is an alert, and no single result is believed', () => {
    const outcome = twice(collected({ phase: 'Succeeded', containerStatuses: ran(0, 'Completed') })).outcome();
    expect(outcome.alerts).toEqual(['pod.create duplicate-start']);
  });

  test('before the first has ended makes the verdict incomplete', () => {
    const outcome = twice(new Seen().running())
      .pod(10, { phase: 'Succeeded', containerStatuses: ran(0, 'Completed') })
      .log(11)
      .outcome();
    expect(outcome).toMatchObject({ verdict: 'incomplete', reason: expect.stringMatching(/started 2 pods/) as string });
  });
});

test('J9: a lost node that comes back in time counts for nothing: the truth is the verdict, and the alert is resolved', () => {
  const outcome = new Seen()
    .running()
    .told(factOfLostNode(POD_UID, IDENTITY, 'the node n has not been ready', ms(9)))
    .pod(12, { phase: 'Succeeded', containerStatuses: ran(0, 'Completed', 11) })
    .log(13)
    .outcome();
  expect(outcome).toMatchObject({ verdict: 'passed', alerts: ['container.run node-lost'], resolved: 1 });
});

test('J19: a phase that flips back changes nothing that was told: the end of the container counts', () => {
  const outcome = new Seen()
    .running()
    .pod(10, failed(1, 'Error'))
    .pod(11, { phase: 'Running', containerStatuses: ran(1, 'Error') })
    .log(12)
    .outcome();
  expect(outcome).toMatchObject({ verdict: 'failed', reason: 'exit code 1' });
});

test('J27: a container that ended before it began, by its clocks, has a span that does not end before it begins', () => {
  const terminated = { exitCode: 0, reason: 'Completed', containerID: 'c', startedAt: at(9), finishedAt: at(4) };
  const outcome = collected({ phase: 'Succeeded', containerStatuses: main({ terminated }) }).outcome();
  expect(outcome.verdict).toBe('passed');
  for (const { startMs, endMs } of outcome.spans) expect(endMs).toBeGreaterThanOrEqual(startMs);
});

test('J29: a status that flaps to waiting when the kubelet restarts takes nothing back', () => {
  const outcome = new Seen()
    .running()
    .pod(5, waiting('ContainerStatusUnknown'))
    .running(7)
    .pod(10, { phase: 'Succeeded', containerStatuses: ran(0, 'Completed') })
    .log(11)
    .outcome();
  expect(outcome).toMatchObject({ verdict: 'passed', alerts: [] });
});
