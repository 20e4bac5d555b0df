import { Story } from '@lacuna/contracts/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { ALL_READ, without, queued, delayed } from './situations.ts';

/** One for each cause of `rules/queue-rules.ts`. */
export const QUEUE_SCENARIOS: Readonly<Record<string, Scenario>> = {
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
};
