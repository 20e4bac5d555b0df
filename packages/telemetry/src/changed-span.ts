import type { ContractSpan } from '@lacuna/contracts';

/** A span that Jaeger has otherwise than it should be. */
export interface ChangedSpan {
  readonly span: ContractSpan;
  /** What differs: `name`, `parent`, `times`, `status`, of the same status the `status message`, or the names of attributes. */
  readonly what: readonly string[];
}
