import { apiJob, at, EVALUATION, main, ms, ran, snapshotOfJob } from '@lacuna/cluster-kubernetes/testing';
import { describe, expect, test } from 'vitest';
import { factOfLostNode, factsOfJob } from '../src/facts-of.ts';
import { IDENTITY, POD_UID, Seen, SHA } from './support/seen.ts';
import { failed, waiting, collected } from './support/shown.ts';

/** What the API server shows twice, takes back, or shows against its own words. */
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
  expect(outcome).toMatchObject({ verdict: 'error', reason: 'Deleted: the pod was deleted from outside' });
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
