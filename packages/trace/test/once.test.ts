import type { ContractSpan, Fact } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { decide, fold, join, nextDeadline } from '@lacuna/lifecycle';
import { STORIES } from '@lacuna/lifecycle/testing';
import { expect, test } from 'vitest';
import { spansAddedBy, spansOf } from '../src/index.ts';

/** A pod that is told to be leaving before its container has ended, with the end of that. */
const leaving = (cause: 'deleted' | 'evicted', reason: string): Story =>
  new Story()
    .running()
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause, message: 'it is to go' })
    .after(2_000)
    .ended({ reason, exitCode: 143, message: 'it went' })
    .after(10)
    .logClosed({ state: 'truncated', reason: 'cut after byte 60' })
    .reportRead();

const LIVES = {
  ...STORIES,
  deletedBeforeItsEnd: () => leaving('deleted', 'Deleted'),
  evictedBeforeItsEnd: () => leaving('evicted', 'Evicted'),
  killedWhileItLeaves: () => leaving('deleted', 'OOMKilled'),
};

test.for(Object.keys(LIVES) as (keyof typeof LIVES)[])(
  'no span of %s is exported twice with other contents',
  (life) => {
    const { id, facts, now: end } = LIVES[life]();
    const exported = new Map<string, ContractSpan>();
    // A story of several attempts says itself when the next one was ordered.
    const tellsItself = facts.some(({ fact }) => fact.type === 'retry-ordered');
    let evaluation = fold(id, []);
    const take = (fact: Fact, storedAt: number): void => {
      evaluation = join(evaluation, { fact, storedAt });
      for (const span of spansAddedBy(fact, evaluation)) {
        expect(span).toEqual(exported.get(span.spanId) ?? span);
        exported.set(span.spanId, span);
      }
    };
    const decideUntilNothingIsDue = (now: number): void => {
      for (let [due] = decide(evaluation, now); due !== undefined; [due] = decide(evaluation, now)) take(due, now);
    };
    for (const { fact, storedAt } of facts) {
      take(fact, storedAt);
      if (!tellsItself) decideUntilNothingIsDue(storedAt + 1);
    }
    for (let now = end + 1; evaluation.settled === undefined; now = nextDeadline(evaluation) ?? now)
      decideUntilNothingIsDue(now);
    expect([...exported.keys()].sort()).toEqual(
      spansOf(evaluation)
        .map(({ spanId }) => spanId)
        .sort(),
    );
  },
);
