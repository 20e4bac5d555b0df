import type { AloneOutcome } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf, logOf } from '../given.ts';
import type { Scenario } from './scenario.ts';

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

/** One for each cause of `rules/alone-rules.ts`. */
export const ALONE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  interference: {
    ranksFirst: () => diagnosisOf(repeated('passes-alone'), { log: logOf('listen EADDRINUSE :::3000') }),
    nearMiss: () => diagnosisOf(repeated('fails-the-same')),
  },
  flaky: {
    ranksFirst: () => diagnosisOf(repeated('passes-alone', 'fails-the-same', 'passes-alone')),
    nearMiss: () => diagnosisOf(repeated('passes-alone', 'passes-alone')),
  },
};
