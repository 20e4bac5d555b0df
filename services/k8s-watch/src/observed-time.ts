import type { KnownBy } from '@lacuna/contracts';

const SECOND_MS = 1_000;

/** When something happened, and what the cluster's clock said if that is not the same. */
interface ObservedTime {
  readonly at: number;
  readonly reportedAt?: number;
}

/**
 * The better of two clocks. Kubernetes cuts its times down to whole seconds (fault J27); whatever it tells of a second happened before we
 * saw it, so when we saw it in that second, or in the next, the moment of seeing is the nearer bound. It is never moved out of the second that
 * the cluster named, so two clocks that disagree cannot move it further than that. Only what was watched as it came can be refined: a
 * listing tells of things long past.
 */
export function observedTime(reportedAt: number, seenAt: number, known: KnownBy): ObservedTime {
  const isCoarse = known === 'watched' && reportedAt % SECOND_MS === 0;
  if (!isCoarse || seenAt <= reportedAt || seenAt >= reportedAt + 2 * SECOND_MS) return { at: reportedAt };
  return { at: Math.min(seenAt, reportedAt + SECOND_MS - 0.001), reportedAt };
}
