import { hash } from 'node:crypto';
import type { EvaluationId } from './evaluation-id.ts';

/**
 * Trace and span ids are hashes of what they stand for, so that an export after a crash is the same span again
 * and anyone who knows the evaluation id can compute where to look.
 */
export function traceIdOf(evaluation: EvaluationId): string {
  return hash('sha256', `lacuna/trace/${evaluation}`, 'hex').slice(0, 32);
}

/** The id of one contract span. `path` is `root`, a stage name, or a stage with a suffix such as `pod.create/missing`. */
export function spanIdOf(evaluation: EvaluationId, attempt: number, path: string): string {
  return hash('sha256', `lacuna/span/${evaluation}/${attempt}/${path}`, 'hex').slice(0, 16);
}

/** A W3C `traceparent`, always sampled: the contract trace of an evaluation is never dropped on a caller's wish. */
export function traceparentOf(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}

/** The trace and span id of a caller's `traceparent` (version 00); undefined when it is malformed or all zero. */
export function parseTraceparent(header: string): { readonly traceId: string; readonly spanId: string } | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header.trim());
  if (match === null || /^0+$/.test(match[1] ?? '') || /^0+$/.test(match[2] ?? '')) return undefined;
  return { traceId: match[1] ?? '', spanId: match[2] ?? '' };
}
