import type { FactData } from '@lacuna/contracts';

/** What stands in the way of the next Job, in a word and in words for people. */
export interface Obstacle {
  readonly cause: FactData<'dispatch-delayed'>['cause'];
  readonly detail: string;
}
