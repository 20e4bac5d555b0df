import { request, unavailable, type Peer, type Unavailable } from './request.ts';

type Expected = ReadonlyMap<string, ReadonlySet<string>>;

/** At most 50 traces a request keeps its URL under 2 kB; at most 5,000 spans keep its answer, at 550 bytes a span, under 3 MB. */
const MAX_TRACES = 50;
const MAX_SPANS = 5_000;

/** Traces that are not proven to be complete, and why some could not be asked for. */
export interface ReadBack {
  readonly missing: ReadonlySet<string>;
  readonly unavailable?: Unavailable;
}

/**
 * Which of these traces Jaeger does not have, or has without one of the expected spans. Without an answer nothing is proven, so the
 * traces not yet read count as missing: exporting them again does no harm.
 */
export async function readBack(peer: Peer, expected: Expected, signal: AbortSignal): Promise<ReadBack> {
  const missing = new Set(expected.keys());
  for (const traceIds of groups(expected)) {
    const found = await spansOf(peer, traceIds, signal);
    if ('kind' in found) return { missing, unavailable: found };
    for (const traceId of traceIds) {
      const there = found.get(traceId);
      const wanted = [...(expected.get(traceId) ?? [])];
      if (there !== undefined && wanted.every((spanId) => there.has(spanId))) missing.delete(traceId);
    }
  }
  return { missing };
}

function groups(expected: Expected): string[][] {
  const all: string[][] = [];
  let spans = Infinity;
  for (const [traceId, { size }] of expected) {
    const last = all.at(-1);
    if (last === undefined || last.length >= MAX_TRACES || spans + size > MAX_SPANS) {
      all.push([traceId]);
      spans = size;
    } else {
      last.push(traceId);
      spans += size;
    }
  }
  return all;
}

async function spansOf(
  peer: Peer,
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Set<string>> | Unavailable> {
  const query = traceIds.map((traceId) => `traceID=${traceId}`).join('&');
  const url = `${peer.url.replace(/\/+$/, '')}/api/traces`;
  const answer = await request(peer, `${url}?${query}`, {}, signal);
  if (answer.kind === 'unavailable') return answer;
  // Jaeger answers 200 for traces that it does not have; any other status, also 404, comes from something that can't know.
  const traces = answer.status === 200 ? parseTraces(answer.body) : undefined;
  return traces ?? unavailable(url, answer);
}

interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly { readonly spanID: string }[];
}

/** The span ids by trace id, from the JSON of Jaeger's query API; undefined when it is something else. */
function parseTraces(body: Uint8Array): Map<string, Set<string>> | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || !('data' in document)) return undefined;
  const data = (document.data ?? []) as readonly JaegerTrace[];
  // Jaeger writes an id without its leading zeros when the upper half is zero.
  return new Map(
    data.map(({ traceID, spans }) => [
      traceID.padStart(32, '0'),
      new Set(spans.map(({ spanID }) => spanID.padStart(16, '0'))),
    ]),
  );
}
