import { request, unavailable, type Peer, type Unavailable } from './request.ts';

/** A span as Jaeger's query API shows it, as far as it is looked at. Times in microseconds. */
export interface StoredSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly references?: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags?: readonly { readonly key: string; readonly value: unknown }[];
}

/** Spans by trace and span id, with all that Jaeger has under one id. */
type StoredTraces = ReadonlyMap<string, ReadonlyMap<string, readonly StoredSpan[]>>;

/** At most 50 traces a request keeps its URL under 2 kB; at most 5,000 spans keep its answer, at 550 bytes a span, under 3 MB. */
const MAX_TRACES = 50;
const MAX_SPANS = 5_000;

/** Trace ids in groups that one request may ask for, by how many spans each is expected to have. */
export function requestGroups(expected: ReadonlyMap<string, { readonly size: number }>): string[][] {
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

/** What Jaeger has of these traces, of which it may have none; or why it can't be said. */
export async function storedTraces(
  peer: Peer,
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<StoredTraces | Unavailable> {
  const query = traceIds.map((traceId) => `traceID=${traceId}`).join('&');
  const url = `${peer.url.replace(/\/+$/, '')}/api/traces`;
  const answer = await request(peer, `${url}?${query}`, {}, signal);
  if (answer.kind === 'unavailable') return answer;
  // Jaeger answers 200 for traces that it does not have; any other status, also 404, comes from something that can't know.
  const traces = answer.status === 200 ? parseTraces(answer.body) : undefined;
  return traces ?? unavailable(url, answer);
}

/** From the JSON of Jaeger's query API; undefined when it is something else. */
function parseTraces(body: Uint8Array): StoredTraces | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || !('data' in document)) return undefined;
  const data = (document.data ?? []) as readonly { readonly traceID: string; readonly spans: readonly StoredSpan[] }[];
  // Jaeger writes an id without its leading zeros when the upper half is zero.
  return new Map(
    data.map(({ traceID, spans }) => [
      traceID.padStart(32, '0'),
      Map.groupBy(spans, ({ spanID }) => spanID.padStart(16, '0')),
    ]),
  );
}
