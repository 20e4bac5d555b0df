import type { Stage } from '@lacuna/contracts';
import type { Case } from './case.ts';

/** Milliseconds that a stage took or has taken so far; 0 before it begins. */
export function waitedIn({ stages, evaluation, now }: Case, stage: Stage): number {
  const { begin, end } = stages[stage];
  return begin === undefined ? 0 : Math.max(0, (end ?? evaluation.settled?.at ?? now) - begin);
}

/** Whether a stage has begun and is not over: it is owed, or was given up. */
export function isStuckIn({ stages }: Case, stage: Stage): boolean {
  const { outcome, begin, end } = stages[stage];
  return outcome === 'missing' || (begin !== undefined && end === undefined);
}

/** What broke a stage, as a cause; undefined when nothing did. */
export function brokenBy({ stages }: Case, stage: Stage): string | undefined {
  return stages[stage].broken?.cause;
}

/** What broke a stage, in words, when it is this cause. */
export function wordsOfBreak({ stages }: Case, stage: Stage, cause: string): string | undefined {
  const { broken } = stages[stage];
  return broken?.cause === cause ? broken.reason : undefined;
}
