import type { AloneOutcome, DiagnosisView, LogStatement, ReaderState } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { fold } from '@lacuna/lifecycle';
import { diagnose, type Surroundings } from '../src/index.ts';
import { diagnosisOf, logOf } from './given.ts';

/** For one cause: a case that must rank it first, and one that looks like it and must not. */
export interface Scenario {
  readonly ranksFirst: () => DiagnosisView;
  readonly nearMiss: () => DiagnosisView;
}

const asks = (service: ReaderState['service'], asking = true): ReaderState => ({
  service,
  asking,
  pending: 0,
  unanswered: 0,
});
const ALL_READ = (['dispatch', 'log-collect', 'trace-audit', 'submit'] as const).map((service) => asks(service));
const without = (service: ReaderState['service']): ReaderState[] => [
  ...ALL_READ.filter((reader) => reader.service !== service),
  { ...asks(service, false), pending: 7 },
];

const queued = (): Story => new Story().submitted();
const created = (): Story => queued().after(10).jobCreated();
const withPod = (): Story => created().after(20).podCreated();
const onNode = (): Story => withPod().podScheduled();
const failed = (exitCode = 1): Story =>
  new Story().running().after(1_000).ended({ exitCode, reason: 'Error' }).logClosed().reportRead();
const warned = (story: Story, reason: string, message: string, object: 'job' | 'pod' = 'job'): Story =>
  story.tell('cluster-warned', { object, uid: object === 'job' ? 'job-1' : 'pod-1', reason, message });
const delayed = (cause: 'capacity' | 'client' | 'quota' | 'throttled' | 'unavailable', detail: string): Story =>
  queued()
    .after(20)
    .tell('dispatch-delayed', { cause, detail, ...(cause === 'capacity' ? {} : { slotAt: Story.T0 + 15 }) });
const late = (delaysMs: Record<string, number>): Story =>
  queued()
    .after(20_000)
    .tell('job-created', { job: 'j', jobUid: 'job-1', slotAt: Story.T0 + 5, adopted: false, requests: 9, delaysMs })
    .after(20)
    .podCreated()
    .podScheduled()
    .started()
    .after(1_000)
    .ended()
    .logClosed()
    .reportRead();
const waiting = (reason: string, message: string, permanent = false): Story =>
  onNode().tell('container-waiting', { podUid: 'pod-1', reason, message, permanent }).after(1_000);
const gone = (cause: 'deleted' | 'evicted' | 'preempted' | 'node-lost', message: string): Story =>
  new Story()
    .running()
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause, message })
    .logClosed({ state: 'unsealed', reason: 'no seal came with the end of the container' })
    .reportRead();
const refused = (cause: 'denied' | 'name-collision' | 'spec-lost', message: string): Story =>
  queued().after(10).tell('job-refused', { cause, message });
const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/suite/run.py", line 3, in <module>',
  '    total = 1 / 0',
  'ZeroDivisionError: division by zero',
];
const CUT: Partial<LogStatement> = {
  state: 'truncated',
  bytes: 60,
  sealedBytes: 100,
  lost: { from: 60, to: 100 },
  reason: 'log cut after byte 60: 40 of 100 bytes lost; dropped by the runtime: every re-read ends at the same byte',
  tried: ['read again after 2 s'],
};
const lossy = (more: Partial<LogStatement>): Story =>
  new Story()
    .running()
    .after(1_000)
    .ended()
    .logClosed({ ...CUT, ...more })
    .reportRead();
/** The first attempt was evicted, and another one ordered. */
const secondAttempt = (): Story =>
  new Story()
    .running({ retries: 1 })
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'The node was low on memory' })
    .tell('retry-ordered', { cause: 'infrastructure', reason: 'evicted', next: 2, evidenceAt: Story.T0, notOwed: [] });
const refusing = (times: number) =>
  logOf(...Array.from({ length: times }, () => 'OperationalError: connect ECONNREFUSED 10.0.0.7:5432'));
const overlap = { evaluations: 3, broken: 1 };

/** By cause. */
/** A suite whose test failed together with others, and the outcomes of its repetitions by itself. */
const repeated = (...outcomes: readonly AloneOutcome[]): Story => {
  const story = STORIES.testsFailed();
  for (const [index, outcome] of outcomes.entries())
    story.after(60_000).tell('compared-alone', {
      alone: testId(9),
      time: index + 1,
      outcome,
      from: story.now,
      failed: { both: [], onlyTogether: ['test_x'], onlyAlone: [] },
      overlapped: [{ evaluation: testId(8), suite: 'unit', ms: 900 }],
      fought: ['port 3000'],
    });
  return story;
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  cancelled: {
    ranksFirst: () => diagnosisOf(STORIES.cancelledRunning()),
    nearMiss: () => diagnosisOf(STORIES.killed()),
  },
  'dispatch-stalled': {
    // The seed: 66 s in "provisioning", and never a pod, because nobody took it from the queue.
    ranksFirst: () =>
      diagnosisOf(queued().after(66_000), {
        readers: without('dispatch'),
        heardAt: { dispatch: Story.T0 - 1_000 },
        queue: { waiting: 5, ahead: 2, oldestSince: Story.T0 - 500 },
      }),
    nearMiss: () =>
      diagnosisOf(delayed('capacity', 'all 4 slots are in use').after(66_000), {
        readers: ALL_READ,
        heardAt: { dispatch: Story.T0 + 65_000 },
        queue: { waiting: 5, ahead: 2, oldestSince: Story.T0 - 500 },
      }),
  },
  'waiting-for-capacity': {
    ranksFirst: () => diagnosisOf(delayed('capacity', 'all 4 slots are in use').after(30_000), { readers: ALL_READ }),
    nearMiss: () => diagnosisOf(queued().after(30_000), { readers: without('dispatch') }),
  },
  'api-throttled': {
    ranksFirst: () => diagnosisOf(delayed('throttled', '429 Too Many Requests: priority level exhausted').after(900)),
    nearMiss: () => diagnosisOf(delayed('unavailable', 'connect ECONNREFUSED').after(900)),
  },
  'api-unavailable': {
    ranksFirst: () => diagnosisOf(late({ unavailable: 19_000 })),
    nearMiss: () => diagnosisOf(late({ throttled: 19_000 })),
  },
  quota: {
    ranksFirst: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(61_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'violates PodSecurity "restricted"').after(61_000)),
  },
  'admission-denied': {
    ranksFirst: () => diagnosisOf(warned(created(), 'FailedCreate', 'violates PodSecurity "restricted"').after(5_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(5_000)),
  },
  'name-collision': {
    ranksFirst: () => diagnosisOf(refused('name-collision', 'the name is taken by another Job')),
    nearMiss: () => diagnosisOf(refused('denied', 'forbidden by policy')),
  },
  'spec-lost': {
    ranksFirst: () => diagnosisOf(refused('spec-lost', 'the env values are not there')),
    nearMiss: () => diagnosisOf(refused('name-collision', 'the name is taken')),
  },
  'no-job': {
    ranksFirst: () => {
      const slot = queued()
        .after(20)
        .tell('dispatch-delayed', { cause: 'capacity', detail: 'all slots in use', slotAt: Story.T0 + 15 });
      return diagnosisOf(slot.after(12_000), { readers: without('dispatch') });
    },
    nearMiss: () => diagnosisOf(delayed('throttled', '429').after(12_000), { readers: ALL_READ }),
  },
  'controller-silent': {
    ranksFirst: () => diagnosisOf(created().after(20_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(20_000)),
  },
  'pod-late': {
    ranksFirst: () => {
      const story = created().after(45_000).podCreated().podScheduled().started();
      return diagnosisOf(
        story.tell('finding-raised', {
          stage: 'pod.create',
          cause: 'missing',
          reason: 'no pod for the Job',
          since: Story.T0 + 10,
          notOwed: [],
        }),
      );
    },
    nearMiss: () => diagnosisOf(new Story().running()),
  },
  unschedulable: {
    ranksFirst: () =>
      diagnosisOf(
        withPod()
          .tell('pod-unschedulable', { podUid: 'pod-1', message: '0/3 nodes are available: 3 Insufficient cpu.' })
          .after(10_000),
      ),
    nearMiss: () => diagnosisOf(withPod().after(10_000)),
  },
  'scheduler-silent': {
    ranksFirst: () => diagnosisOf(withPod().after(10_000)),
    nearMiss: () => diagnosisOf(warned(withPod(), 'FailedScheduling', '0/3 nodes are available', 'pod').after(10_000)),
  },
  image: {
    ranksFirst: () => diagnosisOf(waiting('ImagePullBackOff', 'Back-off pulling image "nope:1"')),
    nearMiss: () => diagnosisOf(waiting('CreateContainerConfigError', 'secret "token" not found')),
  },
  'config-error': {
    ranksFirst: () => diagnosisOf(waiting('CreateContainerConfigError', 'secret "token" not found')),
    nearMiss: () => diagnosisOf(waiting('ErrImagePull', 'not found')),
  },
  'start-error': {
    ranksFirst: () => diagnosisOf(STORIES.startError()),
    nearMiss: () => diagnosisOf(failed(127), { log: logOf('sh: nope: not found') }),
  },
  'start-silent': {
    ranksFirst: () => diagnosisOf(onNode().after(30_000)),
    nearMiss: () => diagnosisOf(waiting('ImagePullBackOff', 'Back-off pulling image').after(30_000)),
  },
  'node-pressure': {
    ranksFirst: () =>
      diagnosisOf(
        withPod().tell('pod-unschedulable', {
          podUid: 'pod-1',
          message: '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }.',
        }),
        { overlap },
      ),
    nearMiss: () =>
      diagnosisOf(withPod().tell('pod-unschedulable', { podUid: 'pod-1', message: '0/1 nodes: Insufficient memory' })),
  },
  oom: {
    // The kernel kills a child of the shell: exit code 0, and the cluster still says OOMKilled.
    ranksFirst: () => diagnosisOf(STORIES.oom()),
    nearMiss: () => diagnosisOf(STORIES.killed()),
  },
  evicted: {
    ranksFirst: () => diagnosisOf(STORIES.evicted()),
    nearMiss: () => diagnosisOf(gone('node-lost', 'node-1 does not answer')),
  },
  preempted: {
    ranksFirst: () => diagnosisOf(gone('preempted', 'preempted to accommodate a higher priority pod')),
    nearMiss: () => diagnosisOf(gone('evicted', 'evicted')),
  },
  'node-lost': {
    ranksFirst: () => diagnosisOf(gone('node-lost', 'node-1 does not answer')),
    nearMiss: () => diagnosisOf(gone('deleted', 'the pod was deleted')),
  },
  deleted: {
    ranksFirst: () => diagnosisOf(STORIES.deletedBySomebody()),
    nearMiss: () => diagnosisOf(STORIES.evicted()),
  },
  killed: {
    ranksFirst: () => diagnosisOf(STORIES.killed()),
    nearMiss: () => diagnosisOf(STORIES.timedOut()),
  },
  'exit-contradicted': {
    ranksFirst: () => diagnosisOf(STORIES.exitContradicted()),
    nearMiss: () => diagnosisOf(STORIES.killed()),
  },
  'duplicate-start': {
    ranksFirst: () => diagnosisOf(STORIES.twoPods()),
    nearMiss: () => diagnosisOf(STORIES.passed()),
  },
  'timed-out': {
    ranksFirst: () => diagnosisOf(STORIES.timedOut(), { overlap }),
    nearMiss: () => diagnosisOf(STORIES.cancelledRunning(), { overlap }),
  },
  'end-unseen': {
    ranksFirst: () => diagnosisOf(STORIES.neverEnds().after(130_000)),
    nearMiss: () => diagnosisOf(gone('node-lost', 'node-1 does not answer').after(130_000)),
  },
  'premature-finish': {
    // The seed's critical discovery: `active: 0`, the Job called done, the tests still running.
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running()
          .after(1_000)
          .tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'BackoffLimitExceeded' })
          .after(4_000),
      ),
    nearMiss: () =>
      diagnosisOf(failed().tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'BackoffLimitExceeded' })),
  },
  'log-cut': {
    ranksFirst: () => diagnosisOf(STORIES.seventeenOf25()),
    // As many tests missing, but the log is whole: the runner stopped, not the log.
    nearMiss: () =>
      diagnosisOf(
        new Story()
          .running()
          .after(1_000)
          .ended({ exitCode: 1, reason: 'Error' })
          .logClosed()
          .reportRead({ collected: 25, passed: 17, summary: 'missing', inFlight: ['test_18'] }),
      ),
  },
  'log-rotated': {
    ranksFirst: () => diagnosisOf(lossy({ cause: 'rotation', reason: 'log cut after byte 60: rotated' })),
    nearMiss: () => diagnosisOf(lossy({ cause: 'dropped-by-runtime', reason: 'log cut after byte 60' })),
  },
  'log-unread': {
    ranksFirst: () => diagnosisOf(lossy({ cause: 'source-failed', reason: 'log cut after byte 60: kubelet away' })),
    nearMiss: () => diagnosisOf(lossy({ cause: 'rotation', reason: 'log cut after byte 60: rotated' })),
  },
  'log-budget': {
    ranksFirst: () => diagnosisOf(lossy({ cause: 'policy', reason: 'log cut after byte 60: longer than its budget' })),
    nearMiss: () => diagnosisOf(lossy({})),
  },
  'log-store-full': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running()
          .after(1_000)
          .tell('log-held-up', { podUid: 'pod-1', why: 'insufficient storage resources available' })
          .ended()
          .after(10_000),
        { readers: ALL_READ },
      ),
    nearMiss: () => diagnosisOf(STORIES.logNeverCloses().after(10_000), { readers: without('log-collect') }),
  },
  'creation-limited': {
    ranksFirst: () => diagnosisOf(delayed('client', 'at most 2 create requests at a time').after(900)),
    nearMiss: () => diagnosisOf(delayed('throttled', '429').after(900)),
  },
  interference: {
    ranksFirst: () => diagnosisOf(repeated('passes-alone'), { log: logOf('listen EADDRINUSE :::3000') }),
    nearMiss: () => diagnosisOf(repeated('fails-the-same')),
  },
  flaky: {
    ranksFirst: () => diagnosisOf(repeated('passes-alone', 'fails-the-same', 'passes-alone')),
    nearMiss: () => diagnosisOf(repeated('passes-alone', 'passes-alone')),
  },
  retried: {
    ranksFirst: () => diagnosisOf(secondAttempt()),
    nearMiss: () => diagnosisOf(STORIES.passed()),
  },
  'log-mismatch': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running()
          .ended()
          .logClosed({ state: 'mismatch', reason: 'the log does not match its seal: not the same bytes' })
          .reportRead(),
      ),
    nearMiss: () => diagnosisOf(STORIES.seventeenOf25()),
  },
  'log-unproven': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running()
          .ended()
          .logClosed({ state: 'unsealed', reason: 'no seal came with the end of the container' })
          .reportRead(),
      ),
    nearMiss: () => diagnosisOf(STORIES.evicted()),
  },
  'no-log': {
    ranksFirst: () =>
      diagnosisOf(
        new Story().running().ended().logClosed({ state: 'none', bytes: 0, reason: 'the pod is gone' }).reportRead(),
      ),
    nearMiss: () => diagnosisOf(STORIES.startError()),
  },
  'log-late': {
    ranksFirst: () => diagnosisOf(STORIES.logNeverCloses().after(31_000), { readers: ALL_READ }),
    nearMiss: () => diagnosisOf(STORIES.logNeverCloses().after(31_000), { readers: without('log-collect') }),
  },
  'late-writers': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running()
          .ended({
            exitCode: 0,
            seal: { v: 1, bytes: 100, lines: 3, sha256: 'a'.repeat(64), endedAt: 1, drainMs: 2_000, lateWriters: true },
          })
          .logClosed()
          .reportRead(),
      ),
    nearMiss: () => diagnosisOf(STORIES.passed()),
  },
  'tests-unaccounted': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running({ expect: { tests: 25 } })
          .after(1_000)
          .ended({ exitCode: 1, reason: 'Error' })
          .logClosed()
          .reportRead({ collected: 25, passed: 17, summary: 'missing', inFlight: ['test_18'] }),
      ),
    nearMiss: () => diagnosisOf(STORIES.seventeenOf25()),
  },
  'no-report': {
    ranksFirst: () =>
      diagnosisOf(
        new Story()
          .running({ expect: { tests: 25 } })
          .ended()
          .logClosed()
          .reportRead(),
      ),
    nearMiss: () =>
      diagnosisOf(
        new Story()
          .running({ expect: { tests: 25 } })
          .ended()
          .logClosed(CUT)
          .reportRead(),
      ),
  },
  'results-contradict': {
    ranksFirst: () => diagnosisOf(STORIES.exitZeroWithFailures()),
    nearMiss: () => diagnosisOf(STORIES.testsFailed()),
  },
  'tests-failed': {
    ranksFirst: () => diagnosisOf(STORIES.testsFailed(), { log: logOf('1 failed, 3 passed in 0.5s') }),
    nearMiss: () => diagnosisOf(failed(3), { log: logOf('bye') }),
  },
  'exit-by-design': {
    ranksFirst: () => diagnosisOf(failed(3), { log: logOf('checking', 'not good enough: leaving with 3') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('start', ...TRACEBACK) }),
  },
  'uncaught-exception': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('start', ...TRACEBACK) }),
    // A traceback in the middle, which the program printed and went on after.
    nearMiss: () =>
      diagnosisOf(failed(3), { log: logOf(...TRACEBACK, ...Array.from({ length: 20 }, (_, i) => `step ${i}`)) }),
  },
  crash: {
    ranksFirst: () => diagnosisOf(failed(139), { log: logOf('Segmentation fault (core dumped)') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('assertion failed') }),
  },
  'own-memory': {
    ranksFirst: () =>
      diagnosisOf(failed(1), {
        overlap,
        log: logOf('numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB: MemoryError', 'bye'),
      }),
    nearMiss: () => diagnosisOf(STORIES.oom(), { log: logOf('MemoryError') }),
  },
  'api-sessions': {
    ranksFirst: () =>
      diagnosisOf(failed(1), {
        overlap,
        log: logOf(
          ...Array.from({ length: 12 }, () => 'urllib3: Connection reset by peer'),
          'sqlalchemy: QueuePool limit of size 5 overflow 10 reached',
        ),
      }),
    // The program met one refusal, coped with it, and passed.
    nearMiss: () => diagnosisOf(STORIES.passed(), { overlap, log: refusing(1) }),
  },
  'port-in-use': {
    ranksFirst: () =>
      diagnosisOf(failed(1), { overlap, log: logOf('Error: listen EADDRINUSE: address already in use') }),
    nearMiss: () => diagnosisOf(STORIES.passed(), { log: logOf('EADDRINUSE, taking another port') }),
  },
  'disk-full': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('write failed: No space left on device') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('wrote 3 files') }),
  },
  'file-limit': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('accept: Too many open files') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('opened 3 files') }),
  },
  'collect-stalled': {
    ranksFirst: () => diagnosisOf(STORIES.logNeverCloses().after(10_000), { readers: without('log-collect') }),
    nearMiss: () =>
      diagnosisOf(
        new Story()
          .running()
          .after(1_000)
          .tell('log-opened', { podUid: 'pod-1', containerId: 'c-pod-1' })
          .ended()
          .after(10_000),
        { readers: ALL_READ },
      ),
  },
  'audit-stalled': {
    ranksFirst: () => unaudited(STORIES.passed().after(20_000), { readers: without('trace-audit') }),
    nearMiss: () => diagnosisOf(STORIES.passed().after(20_000), { readers: without('trace-audit') }),
  },
  'watch-stalled': {
    ranksFirst: () =>
      diagnosisOf(
        created().tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'Complete' }).after(3_000),
      ),
    nearMiss: () => diagnosisOf(STORIES.passed().after(3_000)),
  },
};

/** Before anybody has judged it. */
function unaudited(story: Story, surroundings: Partial<Surroundings>): DiagnosisView {
  const found = diagnose(fold(story.id, story.facts), { now: story.now, ...surroundings });
  if (found === undefined) throw new Error('the story was never submitted');
  return found;
}
