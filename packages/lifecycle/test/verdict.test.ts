import type { Fact, FactOf } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import { decide, fold, join, nextDeadline } from '../src/index.ts';
import { STORIES } from '../testing/index.ts';

/** Plays a story to its end: publishes what is due, and lets time pass to the next deadline, as the auditor does. */
function outcomeOf(name: keyof typeof STORIES): {
  verdict: FactOf<'settled'>['data'];
  raised: FactOf<'finding-raised'>[];
  cleared: Fact[];
} {
  const { facts, id, now: last } = STORIES[name]();
  const published: Fact[] = [];
  let evaluation = fold(id, []);
  let now = last;
  const publishDue = (): void => {
    for (let due = decide(evaluation, now); due.length > 0; due = decide(evaluation, now)) {
      for (const fact of due) evaluation = join(evaluation, { fact, storedAt: now });
      published.push(...due);
    }
  };
  for (const told of facts) {
    now = told.storedAt;
    for (let next = nextDeadline(evaluation); next !== undefined && next < now; next = nextDeadline(evaluation)) {
      const later = now;
      now = next;
      publishDue();
      now = later;
      if (nextDeadline(evaluation) === next) break;
    }
    evaluation = join(evaluation, told);
    publishDue();
  }
  for (let next = nextDeadline(evaluation); next !== undefined; next = nextDeadline(evaluation)) {
    now = next;
    publishDue();
    if (nextDeadline(evaluation) === next) throw new Error(`nothing is due at the deadline of ${name}`);
  }
  if (evaluation.settled === undefined) throw new Error(`${name} is not settled`);
  return {
    verdict: evaluation.settled.data,
    raised: published.filter((fact) => fact.type === 'finding-raised'),
    cleared: published.filter((fact) => fact.type === 'finding-cleared'),
  };
}

describe('the verdict', () => {
  test.for([
    ['passed', 'passed', /exit code 0, log sealed/],
    ['passedWithTests', 'passed', /25 of 25/],
    ['testsFailed', 'failed', /exit code 1/],
    ['seventeenOf25', 'incomplete', /17 of 25/],
    ['exitZeroWithFailures', 'incomplete', /exit code 0, but/],
    ['exitOneWithoutFailures', 'incomplete', /no test failed/],
    ['noPod', 'error', /pod\.create missing: FailedCreate: exceeded quota/],
    ['latePod', 'passed', /exit code 0/],
    ['refused', 'error', /forbidden by policy/],
    ['cancelledInQueue', 'cancelled', /before it had a Job/],
    ['cancelledRunning', 'cancelled', /changed my mind/],
    ['stoppedUnasked', 'error', /nobody had cancelled it/],
    ['stoppedUnaskedBeforeItsStart', 'error', /nobody had cancelled it/],
    ['timedOut', 'timed_out', /time limit of 1s/],
    ['killed', 'error', /SIGKILL/],
    ['oom', 'error', /OOMKilled/],
    ['exitContradicted', 'error', /exit 0 by the cluster, but 7 by the seal/],
    ['startErrorWhileRunning', 'error', /cannot start nope/],
    ['deletedBySomebody', 'error', /the pod was deleted/],
    ['startError', 'error', /no such file/],
    ['badImage', 'error', /InvalidImageName/],
    ['evicted', 'error', /low on memory/],
    ['evictedWithoutLog', 'error', /low on memory/],
    ['neverEnds', 'error', /container\.run missing/],
    ['logNeverCloses', 'incomplete', /log\.capture missing/],
    ['twoPods', 'incomplete', /started 2 pods/],
    ['retried', 'passed', /^exit code 0, log sealed \(attempt 2; attempt 1: infrastructure: killed/],
    ['retriedInVain', 'error', /^killed by SIGKILL.*\(attempt 2; attempt 1: infrastructure: killed/],
    ['retriedAndCancelled', 'cancelled', /before it had a Job/],
    ['retriedAndThenNothing', 'error', /^queue missing/],
    ['podHeldUpByQuota', 'passed', /exit code 0/],
    ['podHeldUpForEver', 'error', /^pod\.create missing: FailedCreate: exceeded quota/],
  ] as const)('of %s is %s', ([story, verdict, reason]) => {
    const outcome = outcomeOf(story);
    expect(outcome.verdict.verdict).toBe(verdict);
    expect(outcome.verdict.reason).toMatch(reason);
  });

  test('every story is covered', () => {
    expect(Object.keys(STORIES)).toHaveLength(32);
  });

  test('waits for the fact about the start when the one about the end comes first', () => {
    const { facts, id, now } = STORIES.passed();
    const withoutStart = facts.filter(({ fact }) => fact.type !== 'container-started');
    expect(decide(fold(id, withoutStart), now)).toEqual([]);
    expect(decide(fold(id, facts), now).map((fact) => fact.type)).toEqual(['settled']);
  });

  test('a child killed for memory is never passed, although the exit code is 0', () => {
    expect(outcomeOf('oom').verdict.evidence.exitCode).toBe(0);
    expect(outcomeOf('oom').verdict.verdict).not.toBe('passed');
  });
});

describe('findings', () => {
  test.for([
    ['noPod', ['pod.create/missing']],
    ['latePod', ['pod.create/missing']],
    ['seventeenOf25', ['log.capture/truncated']],
    ['refused', ['job.create/denied']],
    ['startError', ['container.start/start-error']],
    ['neverEnds', ['container.run/missing']],
    ['logNeverCloses', ['log.capture/missing']],
    ['twoPods', ['pod.create/duplicate-start']],
    ['evictedWithoutLog', ['container.run/evicted']],
    ['killed', ['container.run/killed']],
    ['exitContradicted', ['container.run/exit-contradicted']],
    ['startErrorWhileRunning', ['container.run/start-error']],
    ['deletedBySomebody', ['container.run/deleted']],
    ['stoppedUnasked', ['container.run/stopped']],
    ['stoppedUnaskedBeforeItsStart', ['container.start/stopped']],
    ['passed', []],
    ['testsFailed', []],
    ['timedOut', []],
    ['cancelledRunning', []],
    ['cancelledInQueue', []],
  ] as const)('of %s are %j: one hole, one finding', ([story, expected]) => {
    expect(outcomeOf(story).raised.map(({ data }) => `${data.stage}/${data.cause}`)).toEqual(expected);
  });

  test('a missing pod names the stages that are not owed any more', () => {
    expect(outcomeOf('noPod').raised[0]?.data.notOwed).toEqual([
      'pod.schedule',
      'container.start',
      'container.run',
      'log.capture',
      'report.read',
    ]);
  });

  test('a pod that comes late clears the finding', () => {
    expect(outcomeOf('latePod').cleared).toHaveLength(1);
  });
});
