import type { ContractSpan } from '@lacuna/contracts';

/**
 * `rejected`: these spans can never be taken; all others of the call were accepted. `unavailable`: nothing is known about any of
 * them, export all again later; the receiver drops identical duplicates.
 */
export type ExportOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly message: string; readonly spans: readonly ContractSpan[] }
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterMs?: number };
