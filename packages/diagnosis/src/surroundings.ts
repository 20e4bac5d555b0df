import type { Deadlines, ReaderState, StageService } from '@lacuna/contracts';
import type { LogSignals } from './log/signals.ts';

/** What is known besides the facts of the evaluation itself. Whatever is absent is not known, and is then evidence of nothing. */
export interface Surroundings {
  /** Unix milliseconds. */
  readonly now: number;
  readonly queue?: QueueFigures;
  /** When each service was last heard of: its last fact about any evaluation. */
  readonly heardAt?: Readonly<Partial<Record<StageService, number>>>;
  /** Who follows the facts, by service; an empty list means that nobody does. */
  readonly readers?: readonly ReaderState[];
  readonly overlap?: Overlap;
  readonly log?: LogSignals;
  readonly deadlines?: Deadlines;
}

export interface QueueFigures {
  readonly waiting: number;
  /** How many of them came before this evaluation. */
  readonly ahead: number;
  /** When the one that waits longest was submitted. */
  readonly oldestSince?: number;
}

/** Other evaluations that ran at the same time. */
export interface Overlap {
  readonly evaluations: number;
  /** Of these, how many came to a bad end. */
  readonly broken: number;
}
