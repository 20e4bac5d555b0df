import type { ContainerEnd } from './container-end.ts';
import type { FirstLoss } from './first-loss.ts';
import type { LogAccount } from './log-account.ts';
import type { LastEvidence } from './read-finally.ts';

/** What is known of a log when it is closed. */
export interface LogEvidence extends LastEvidence {
  readonly end: ContainerEnd;
  /** It was first read when its beginning could have been rotated away. */
  readonly isOpenedLate: boolean;
  /** Where the log first lacks bytes, when its seal tells that. */
  readonly firstLoss: FirstLoss | undefined;
  /** Lossless mode was not asked for, and could have been. */
  readonly couldBeKept: boolean;
}

/** What was read of it. */
export type LogRead = Pick<LogAccount, 'stored' | 'whole' | 'gaps' | 'proof'>;
