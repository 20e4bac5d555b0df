import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';

/** The first attempt was evicted, and another one ordered. */
const secondAttempt = (): Story =>
  new Story()
    .running({ retries: 1 })
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'The node was low on memory' })
    .tell('retry-ordered', { cause: 'infrastructure', reason: 'evicted', next: 2, evidenceAt: Story.T0, notOwed: [] });

/** One for each cause of `rules/attempt-rules.ts`. */
export const ATTEMPT_SCENARIOS: Readonly<Record<string, Scenario>> = {
  cancelled: {
    ranksFirst: () => diagnosisOf(STORIES.cancelledRunning()),
    nearMiss: () => diagnosisOf(STORIES.killed()),
  },
  retried: {
    ranksFirst: () => diagnosisOf(secondAttempt()),
    nearMiss: () => diagnosisOf(STORIES.passed()),
  },
};
