import type { EvaluationId } from '@lacuna/contracts';

/** What is compared with the stream. */
type Store = 'read model' | 'cluster' | 'log store' | 'archive' | 'env values' | 'traces';

/** One thing that is not as the facts have it. */
export interface Difference {
  readonly store: Store;
  /** Absent when the stream knows no such evaluation and its name is not one. */
  readonly evaluation?: EvaluationId;
  readonly what: string;
}

/** Whether two say the same: what is found twice, some time apart, was no passing state. */
export function sameDifference(a: Difference, b: Difference): boolean {
  return a.store === b.store && a.evaluation === b.evaluation && a.what === b.what;
}
