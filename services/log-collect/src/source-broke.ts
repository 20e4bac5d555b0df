import { LogContradicted, LogNotFollowed } from '@lacuna/cluster';
import type { ReadOutcome } from './read-outcome.ts';

/** The source broke off, and not whoever stores what it gives. */
export class SourceBroke extends Error {
  override readonly name = 'SourceBroke';

  get outcome(): ReadOutcome {
    const why = this.message;
    if (this.cause instanceof LogContradicted) return { kind: 'contradicted', why };
    return { kind: this.cause instanceof LogNotFollowed ? 'not-followed' : 'broken', why };
  }
}

/** A step of the source. Rejects with `SourceBroke`. */
export async function ofSource<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw new SourceBroke(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
