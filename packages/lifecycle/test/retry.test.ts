import { defined, type Fact, type FactData, type RetryCause } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, join, latestAttempt, nextDeadline } from '../src/index.ts';

type Spec = Partial<FactData<'submitted'>['spec']>;

/** What is published in the end for a story: the order of another attempt, or the verdict. */
function endOf({ facts, id, now: last }: Story): Fact | undefined {
  let evaluation = fold(id, facts);
  for (let now = last + 1, step = 0; step < 20; step++) {
    for (const due of decide(evaluation, now)) {
      if (due.type === 'settled' || due.type === 'retry-ordered') return due;
      evaluation = join(evaluation, { fact: due, storedAt: now });
    }
    now = Math.max(now, nextDeadline(evaluation) ?? now);
  }
  return undefined;
}

const collected = (story: Story): Story => story.logClosed({ state: 'unsealed', reason: 'no seal' }).reportRead();
const gone = (story: Story, cause: FactData<'pod-gone'>['cause']): Story =>
  story.tell('pod-gone', { podUid: 'pod-1', cause, message: 'it went' });
const running = (spec: Spec): Story => new Story().running(spec).after(1_000);
const endedBeforeItsStart = (spec: Spec, reason: string, message?: string): Story =>
  new Story()
    .submitted(spec)
    .jobCreated()
    .podCreated()
    .podScheduled()
    .tell('container-ended', { pod: 'p', podUid: 'pod-1', reason, ...defined({ message }) });
const waitingForImage = (spec: Spec, reason: string): Story =>
  new Story()
    .submitted(spec)
    .jobCreated()
    .podCreated()
    .podScheduled()
    .tell('container-waiting', { podUid: 'pod-1', reason, message: 'no route to the registry', permanent: false });

const SEAL = { v: 1, bytes: 100, lines: 3, sha256: 'a'.repeat(64), endedAt: 0, drainMs: 0 } as const;

/** By the name of a failure, its story with the given spec. */
const FAILURES = {
  killed: (spec: Spec) => collected(running(spec).ended({ reason: 'Error', signal: 'SIGKILL' })),
  evicted: (spec: Spec) => collected(gone(running(spec).ended({ reason: 'Evicted', exitCode: 137 }), 'evicted')),
  preempted: (spec: Spec) => collected(gone(running(spec).ended({ reason: 'Preempted', exitCode: 143 }), 'preempted')),
  deleted: (spec: Spec) => collected(running(spec).ended({ reason: 'Deleted', exitCode: 143 })),
  preemptedBeforeItsStart: (spec: Spec) => gone(new Story().submitted(spec).jobCreated().podCreated(), 'preempted'),
  stoppedBeforeItsStart: (spec: Spec) => endedBeforeItsStart(spec, 'Stopped'),
  refusedByAFullNode: (spec: Spec) => endedBeforeItsStart(spec, 'OutOfcpu'),
  refusedByANodeThatShutsDown: (spec: Spec) => endedBeforeItsStart(spec, 'NodeShutdown'),
  startBrokenOff: (spec: Spec) =>
    endedBeforeItsStart(spec, 'StartInterrupted', 'failed to create containerd task: context canceled'),
  startedInVain: (spec: Spec) =>
    endedBeforeItsStart(
      spec,
      'StartError',
      'failed to create containerd task: exec: "nope": executable file not found',
    ),
  refusedForWhatItIs: (spec: Spec) => endedBeforeItsStart(spec, 'SysctlForbidden'),
  stopped: (spec: Spec) => collected(running(spec).ended({ reason: 'Stopped', signal: 'SIGTERM' })),
  nodeLost: (spec: Spec) => gone(running(spec), 'node-lost'),
  givenUpByTheControlPlane: (spec: Spec) => collected(gone(running(spec).ended({ reason: 'Lost' }), 'node-lost')),
  silent: (spec: Spec) => running({ timeout: '1s', ...spec }),
  forceDeleted: (spec: Spec) => gone(running(spec), 'deleted'),
  vanishedBeforeItsStart: (spec: Spec) =>
    gone(new Story().submitted(spec).jobCreated().podCreated().podScheduled(), 'unknown'),
  lostNodeThatToldTheEnd: (spec: Spec) =>
    collected(gone(running(spec).ended({ reason: 'Lost', exitCode: 137 }), 'node-lost')),
  lostNodeThatToldTheSignal: (spec: Spec) =>
    collected(gone(running(spec).ended({ reason: 'Lost', signal: 'SIGKILL' }), 'node-lost')),
  oom: (spec: Spec) => collected(running(spec).ended({ reason: 'OOMKilled', exitCode: 137 })),
  imagePull: (spec: Spec) => waitingForImage(spec, 'ImagePullBackOff'),
  errImagePull: (spec: Spec) => waitingForImage(spec, 'ErrImagePull'),
  imageInspect: (spec: Spec) => waitingForImage(spec, 'ImageInspectError'),
  registryUnavailable: (spec: Spec) => waitingForImage(spec, 'RegistryUnavailable'),
  waitingForSomethingElse: (spec: Spec) => waitingForImage(spec, 'CreateContainerConfigError'),
  badCommandOfALateImage: (spec: Spec) => waitingForImage(spec, 'ErrImagePull').neverStarted('no such file'),
  contradicted: (spec: Spec) =>
    running(spec)
      .ended({ exitCode: 0, seal: { ...SEAL, exitCode: 7 } })
      .logClosed()
      .reportRead(),
  startedTwice: (spec: Spec) =>
    collected(running(spec).podCreated('pod-2').started('pod-2').ended({ reason: 'Error', signal: 'SIGKILL' })),
  startedTwiceAndSilent: (spec: Spec) =>
    running({ timeout: '1s', ...spec })
      .podCreated('pod-2')
      .started('pod-2'),
  testsFailed: (spec: Spec) => running(spec).ended({ reason: 'Error', exitCode: 1 }).logClosed().reportRead(),
  timedOut: (spec: Spec) =>
    running(spec).ended({ reason: 'DeadlineExceeded', signal: 'SIGTERM' }).logClosed().reportRead(),
  denied: (spec: Spec) => new Story().submitted(spec).tell('job-refused', { cause: 'denied', message: 'no' }),
  badCommand: (spec: Spec) =>
    new Story().submitted(spec).jobCreated().podCreated().podScheduled().neverStarted('no such file'),
  cutLog: (spec: Spec) => running(spec).ended().logClosed({ state: 'truncated', bytes: 60 }).reportRead(),
} as const;

describe('another attempt', () => {
  test.for([
    ['killed', 'infrastructure'],
    ['evicted', 'infrastructure'],
    ['preempted', 'infrastructure'],
    ['deleted', 'infrastructure'],
    ['stopped', 'infrastructure'],
    ['stoppedBeforeItsStart', 'infrastructure'],
    ['refusedByAFullNode', 'infrastructure'],
    ['refusedByANodeThatShutsDown', 'infrastructure'],
    ['startBrokenOff', 'infrastructure'],
    ['startedInVain', undefined],
    ['refusedForWhatItIs', undefined],
    ['preemptedBeforeItsStart', 'infrastructure'],
    ['nodeLost', 'node-lost'],
    ['givenUpByTheControlPlane', 'node-lost'],
    ['silent', 'node-lost'],
    ['forceDeleted', 'node-lost'],
    ['oom', 'oom'],
    ['imagePull', 'image-pull'],
    ['errImagePull', 'image-pull'],
    ['imageInspect', 'image-pull'],
    ['registryUnavailable', 'image-pull'],
    ['vanishedBeforeItsStart', 'node-lost'],
    ['lostNodeThatToldTheEnd', 'infrastructure'],
    ['lostNodeThatToldTheSignal', 'infrastructure'],
    ['waitingForSomethingElse', undefined],
    ['badCommandOfALateImage', undefined],
    ['contradicted', undefined],
    ['startedTwice', undefined],
    ['startedTwiceAndSilent', undefined],
    ['testsFailed', 'failure'],
    ['timedOut', undefined],
    ['denied', undefined],
    ['badCommand', undefined],
    ['cutLog', undefined],
  ] as const satisfies [keyof typeof FAILURES, RetryCause | undefined][])(
    'after %s is made for the cause %s and no other, and only when it is asked for',
    ([failure, cause]) => {
      const all: RetryCause[] = ['infrastructure', 'node-lost', 'oom', 'image-pull', 'failure'];
      for (const retryOn of all) {
        const end = endOf(FAILURES[failure]({ retries: 1, retryOn: [retryOn] }));
        const order = { type: 'retry-ordered', attempt: 1, data: { cause, next: 2 } };
        expect(end).toMatchObject(retryOn === cause ? order : { type: 'settled' });
      }
      const byDefault = endOf(FAILURES[failure]({ retries: 1 }));
      expect(byDefault?.type).toBe(cause === 'infrastructure' ? 'retry-ordered' : 'settled');
    },
  );

  test('is made as often as the spec allows, and no more', () => {
    const story = FAILURES.killed({ retries: 2 });
    for (let attempt = 2; attempt <= 3; attempt++) {
      const reason = expect.stringMatching(/^killed by SIGKILL/) as string;
      const data = { next: attempt, reason, evidenceAt: story.now + 1, notOwed: attempt === 2 ? [] : ['submit'] };
      expect(endOf(story)).toMatchObject({ type: 'retry-ordered', attempt: attempt - 1, known: 'inferred', data });
      collected(story.retryOrdered().madeToRun().after(10).ended({ reason: 'Error', signal: 'SIGKILL' }));
    }
    expect(endOf(story)).toMatchObject({ type: 'settled', data: { verdict: 'error', attempt: 3 } });
  });

  test('and the one before have one reason together, which the stream can hold', () => {
    const message = 'x'.repeat(3_000);
    const evicted = { reason: 'Evicted', message } as const;
    const story = collected(running({ retries: 1 }).ended(evicted)).retryOrdered({ reason: message });
    const end = endOf(collected(story.madeToRun().after(10).ended(evicted)));
    expect((end!.data as FactData<'settled'>).reason).toHaveLength(4_096);
  });

  test('is never made of a cancelled evaluation', () => {
    const story = FAILURES.killed({ retries: 1 }).tell('cancel-requested', {});
    expect(endOf(story)?.type).toBe('settled');
  });

  test('is owed its own stages, whatever holes the first one had', () => {
    const { facts, id, now } = FAILURES.killed({ retries: 1 }).retryOrdered();
    const evaluation = fold(id, facts);
    expect(latestAttempt(evaluation).number).toBe(2);
    expect(nextDeadline(evaluation)).toBe(now + 3_600_000);
    expect(decide(evaluation, now + 3_600_000)).toMatchObject([
      { type: 'finding-raised', attempt: 2, data: { stage: 'queue', cause: 'missing' } },
      { type: 'settled' },
    ]);
  });

  /** What is due when a first attempt was killed, which is told, and the second ends so. */
  function dueAfterSecond(end: Partial<FactData<'container-ended'>>): Fact[] {
    const story = FAILURES.killed({ retries: 1 });
    const [raised] = decide(fold(story.id, story.facts), story.now);
    story.facts.push({ fact: raised!, storedAt: story.now });
    story.retryOrdered().madeToRun().after(10).ended(end).logClosed().reportRead();
    return decide(fold(story.id, story.facts), story.now);
  }

  test.for([
    ['passes', {}, 'passed'],
    ['fails by itself', { reason: 'Error', exitCode: 1 }, 'failed'],
  ] as const)('that %s clears what broke the first one, before the verdict', ([, end, verdict]) => {
    const cleared = { stage: 'container.run', cause: 'killed', evidence: `attempt 2 ${verdict}` };
    expect(dueAfterSecond(end)).toMatchObject([
      { type: 'finding-cleared', attempt: 1, data: cleared },
      { type: 'settled', data: { verdict, attempt: 2 } },
    ]);
  });

  test('that is killed too clears nothing', () => {
    expect(dueAfterSecond({ reason: 'Error', signal: 'SIGKILL' })).toMatchObject([
      { type: 'finding-raised', attempt: 2 },
      { type: 'settled', data: { verdict: 'error' } },
    ]);
  });
});
