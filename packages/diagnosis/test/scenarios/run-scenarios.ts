import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { failed, gone, overlap } from './situations.ts';

/** One for each cause of `rules/memory-rules.ts`, `gone-rules.ts` and `run-rules.ts`. */
export const RUN_SCENARIOS: Readonly<Record<string, Scenario>> = {
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
  stopped: {
    ranksFirst: () => diagnosisOf(STORIES.stoppedUnasked()),
    nearMiss: () => diagnosisOf(STORIES.cancelledRunning()),
  },
  'exit-contradicted': {
    ranksFirst: () => diagnosisOf(STORIES.exitContradicted()),
    nearMiss: () => diagnosisOf(STORIES.killed()),
  },
  'duplicate-start': {
    ranksFirst: () => diagnosisOf(STORIES.twoPods()),
    nearMiss: () => diagnosisOf(STORIES.passed()),
  },
  restarted: {
    ranksFirst: () =>
      diagnosisOf(new Story().running().after(1_000).ended({ exitCode: 0, restarts: 1 }).logClosed().reportRead()),
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
};
