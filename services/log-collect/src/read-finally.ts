import { FinalReads, type FinalEvidence, type FinalReadPlan, type KnownEnd } from './final-reads.ts';
import type { ReadOutcome } from './read-outcome.ts';
import type { SourceReader } from './source-reader.ts';

/** What was learned after the end, with or without a spool. */
export interface LastEvidence extends FinalEvidence {
  /** Bytes that the spool gave: [from, to). */
  readonly restored?: { readonly from: number; readonly to: number };
  /** Why the spool could not make the log whole. */
  readonly notRestored?: string;
}

/** A container with a spool need not be read again with patience. Milliseconds. */
const SOON_MS = 2_000;

/**
 * Reads a log to its end after the container's. With a spool, what one more read does not bring comes from there at once; only when that does not
 * help either the log is read again until nothing more can be hoped for.
 */
export async function readFinally(
  reader: SourceReader,
  end: KnownEnd,
  { last, ...plan }: FinalReadPlan & { readonly last: ReadOutcome },
  signal: AbortSignal,
): Promise<LastEvidence> {
  const { seal, spool } = end.known ?? {};
  if (spool === undefined || seal === undefined) {
    const evidence = await new FinalReads(reader, end, plan).run(last, signal);
    return spool === undefined ? evidence : { ...evidence, notRestored: spool.error ?? 'it was not counted' };
  }
  const { times } = plan;
  const soon = { ...times, afterMs: times.afterMs.slice(0, 1), giveUpMs: Math.min(times.giveUpMs, SOON_MS) };
  const first = await new FinalReads(reader, end, { ...plan, times: soon }).run(last, signal);
  if (reader.account.proof(seal) !== undefined) return first;
  const restoration = await reader.restore(seal, signal);
  if (restoration.kind === 'restored') {
    const { from, to } = restoration;
    return {
      tried: [...first.tried, `bytes ${from} to ${to} taken from the spool`],
      isExhausted: true,
      restored: { from, to },
    };
  }
  const { why } = restoration;
  const more = await new FinalReads(reader, end, plan).run(last, signal);
  return { ...more, tried: [...first.tried, `the spool does not help: ${why}`, ...more.tried], notRestored: why };
}
