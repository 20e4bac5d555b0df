import { Story } from '@lacuna/contracts/testing';

const LOST = {
  state: 'truncated',
  bytes: 60,
  sealedBytes: 100,
  lost: { from: 60, to: 100 },
  reason: 'log cut after byte 60',
} as const;

const KILLED = { reason: 'Error', signal: 'SIGKILL' } as const;
const QUOTA = 'exceeded quota: five, requested: pods=1, used: pods=5, limited: pods=5';

const killed = (spec: { readonly retries: number }): Story =>
  new Story().running(spec).after(1_000).ended(KILLED).logClosed().reportRead();

const quotaWait = (): Story =>
  new Story()
    .submitted()
    .after(10)
    .jobCreated()
    .after(5)
    .tell('cluster-warned', { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: QUOTA, quota: 'full' });
const EXIT_7 = { v: 1, bytes: 100, lines: 3, sha256: '0'.repeat(64), exitCode: 7, endedAt: 0, drainMs: 0 } as const;

/** The lives an evaluation can have; each call tells it anew. */
export const STORIES = {
  passed: () => new Story().running().after(1_000).ended().after(10).logClosed().reportRead(),
  passedWithTests: () =>
    new Story()
      .running({ expect: { tests: 25 } })
      .after(1_000)
      .ended()
      .after(10)
      .logClosed()
      .reportRead({ collected: 25, passed: 25 }),
  testsFailed: () =>
    new Story()
      .running()
      .after(1_000)
      .ended({ exitCode: 1, reason: 'Error' })
      .after(10)
      .logClosed()
      .reportRead({ collected: 4, passed: 3, failed: 1, failures: ['test_x'] }),
  seventeenOf25: () =>
    new Story()
      .running()
      .after(1_000)
      .ended({ exitCode: 1, reason: 'Error' })
      .after(10)
      .logClosed(LOST)
      .reportRead({ collected: 25, passed: 17, summary: 'missing', inFlight: ['test_18'] }),
  exitZeroWithFailures: () =>
    new Story().running().ended().logClosed().reportRead({ collected: 2, passed: 1, failed: 1 }),
  exitOneWithoutFailures: () =>
    new Story().running().ended({ exitCode: 1, reason: 'Error' }).logClosed().reportRead({ collected: 2, passed: 2 }),
  noPod: () =>
    new Story()
      .submitted()
      .after(10)
      .jobCreated()
      .after(5)
      .tell('cluster-warned', { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: 'exceeded quota' }),
  latePod: () =>
    new Story()
      .submitted()
      .after(10)
      .jobCreated()
      .after(45_000)
      .podCreated()
      .podScheduled()
      .started()
      .after(50)
      .ended()
      .logClosed()
      .reportRead(),
  refused: () =>
    new Story().submitted().after(10).tell('job-refused', { cause: 'denied', message: 'forbidden by policy' }),
  cancelledInQueue: () =>
    new Story()
      .submitted()
      .after(10)
      .tell('cancel-requested', {})
      .tell('job-refused', { cause: 'cancelled', message: 'cancelled' }),
  cancelledRunning: () =>
    new Story()
      .running()
      .tell('cancel-requested', { reason: 'changed my mind' })
      .after(5)
      .ended({ reason: 'Stopped', signal: 'SIGTERM' })
      .logClosed()
      .reportRead(),
  /** An agent that is shut down stops what it runs, and this program takes that for its end. */
  stoppedUnasked: () =>
    new Story()
      .running()
      .after(1_000)
      .ended({ reason: 'Stopped', exitCode: 0 })
      .logClosed()
      .reportRead({ collected: 2, passed: 2 }),
  stoppedUnaskedBeforeItsStart: () =>
    new Story().submitted().jobCreated().podCreated().podScheduled().tell('container-ended', {
      pod: 'pod-1-name',
      podUid: 'pod-1',
      reason: 'Stopped',
      message: 'stopped before it started',
    }),
  timedOut: () =>
    new Story()
      .running({ timeout: '1s' })
      .after(1_000)
      .ended({ reason: 'DeadlineExceeded', signal: 'SIGTERM' })
      .logClosed()
      .reportRead(),
  killed: () =>
    new Story().running().after(1_000).ended({ reason: 'Error', signal: 'SIGKILL' }).logClosed().reportRead(),
  oom: () => new Story().running().after(1_000).ended({ reason: 'OOMKilled', exitCode: 0 }).logClosed().reportRead(),
  /** The helper was killed while it waited for the log to be written: what the program itself did is not what the cluster tells. */
  exitContradicted: () =>
    new Story()
      .running()
      .after(1_000)
      .ended({ reason: 'Completed', exitCode: 0, seal: EXIT_7 })
      .logClosed()
      .reportRead(),
  /** The helper ran, so the cluster showed a running container, but the command could not be started. */
  startErrorWhileRunning: () =>
    new Story().running().neverStarted('cannot start nope: no such file').logClosed().reportRead(),
  deletedBySomebody: () =>
    new Story()
      .running()
      .after(1_000)
      .ended({ reason: 'Deleted', exitCode: 143, message: 'the pod was deleted' })
      .logClosed()
      .reportRead(),
  startError: () => new Story().submitted().jobCreated().podCreated().podScheduled().neverStarted('no such file: nope'),
  badImage: () =>
    new Story().submitted().jobCreated().podCreated().podScheduled().tell('container-waiting', {
      podUid: 'pod-1',
      reason: 'InvalidImageName',
      message: 'bad:::name',
      permanent: true,
    }),
  evicted: () =>
    new Story()
      .running()
      .after(1_000)
      .tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'The node was low on memory' })
      .logClosed({ state: 'unsealed', reason: 'no seal' })
      .reportRead(),
  evictedWithoutLog: () =>
    new Story()
      .running()
      .after(1_000)
      .tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'The node was low on memory' }),
  neverEnds: () => new Story().running({ timeout: '1s' }),
  logNeverCloses: () => new Story().running().after(1_000).ended(),
  retried: () =>
    killed({ retries: 1 }).retryOrdered().madeToRun().after(1_000).ended().after(10).logClosed().reportRead(),
  retriedInVain: () =>
    killed({ retries: 1 }).retryOrdered().madeToRun().after(5).ended(KILLED).logClosed().reportRead(),
  retriedAndCancelled: () =>
    killed({ retries: 2 })
      .retryOrdered()
      .after(10)
      .tell('cancel-requested', {})
      .tell('job-refused', { cause: 'cancelled', message: 'cancelled' }),
  retriedAndThenNothing: () => killed({ retries: 1 }).retryOrdered(),
  podHeldUpByQuota: () =>
    quotaWait().after(600_000).podCreated().podScheduled().started().after(50).ended().logClosed().reportRead(),
  podHeldUpForEver: () => quotaWait(),
  twoPods: () => new Story().running().podCreated('pod-2').started('pod-2').ended().logClosed().reportRead(),
} satisfies Record<string, () => Story>;
