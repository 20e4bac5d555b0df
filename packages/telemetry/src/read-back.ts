import type { Peer, Unavailable } from './request.ts';
import { requestGroups, storedTraces } from './stored-traces.ts';

type Expected = ReadonlyMap<string, ReadonlySet<string>>;

/** Traces that are not proven to be complete, and why some could not be asked for. */
interface ReadBack {
  readonly missing: ReadonlySet<string>;
  readonly unavailable?: Unavailable;
}

/**
 * Which of these traces Jaeger does not have, or has without one of the expected spans. Without an answer nothing is proven, so the
 * traces not yet read count as missing: exporting them again does no harm.
 */
export async function readBack(peer: Peer, expected: Expected, signal: AbortSignal): Promise<ReadBack> {
  const missing = new Set(expected.keys());
  for (const traceIds of requestGroups(expected)) {
    const found = await storedTraces(peer, traceIds, signal);
    if ('kind' in found) return { missing, unavailable: found };
    for (const traceId of traceIds) {
      const there = found.get(traceId);
      const wanted = [...(expected.get(traceId) ?? [])];
      if (there !== undefined && wanted.every((spanId) => there.has(spanId))) missing.delete(traceId);
    }
  }
  return { missing };
}
