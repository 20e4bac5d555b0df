import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { ALL_READ, without, CUT } from './situations.ts';

/** One for each cause of `rules/log-rules.ts` and `results-rules.ts`. */
export const LOG_SCENARIOS: Readonly<Record<string, Scenario>> = {
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
};
