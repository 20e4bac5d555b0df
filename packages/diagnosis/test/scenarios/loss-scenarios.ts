import type { LogStatement } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { CUT } from './situations.ts';

const lossy = (more: Partial<LogStatement>): Story =>
  new Story()
    .running()
    .after(1_000)
    .ended()
    .logClosed({ ...CUT, ...more })
    .reportRead();

/** One for each cause of `rules/loss-rules.ts`. */
export const LOSS_SCENARIOS: Readonly<Record<string, Scenario>> = {
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
};
