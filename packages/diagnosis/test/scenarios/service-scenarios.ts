import type { DiagnosisView } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { fold } from '@lacuna/lifecycle';
import { diagnose, type Surroundings } from '../../src/index.ts';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { ALL_READ, without, created } from './situations.ts';

/** Before anybody has judged it. */
function unaudited(story: Story, surroundings: Partial<Surroundings>): DiagnosisView {
  const found = diagnose(fold(story.id, story.facts), { now: story.now, ...surroundings });
  if (found === undefined) throw new Error('the story was never submitted');
  return found;
}

/** One for each cause of `rules/service-rules.ts`. */
export const SERVICE_SCENARIOS: Readonly<Record<string, Scenario>> = {
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
