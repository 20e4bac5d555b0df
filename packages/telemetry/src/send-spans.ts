import type { ContractSpan } from '@lacuna/contracts';
import { decodeAnswer, encodeSpans } from './encode-spans.ts';
import type { ExportOutcome } from './export-outcome.ts';
import { excerpt, request, unavailable, type Peer, type Unavailable } from './request.ts';
import { tracesUrl } from './traces-url.ts';

const MAX_SPANS = 512;
/** A fifth of what Jaeger takes (20 MiB), and the usual limit of a gRPC hop behind a collector. */
const MAX_BYTES = 4 * 1_024 * 1_024;
/** Finding one refused span among 512 takes nine halvings; a receiver that refuses everything must not cost a request a span. */
const MAX_HALVINGS = 64;

type PostOutcome =
  { readonly kind: 'accepted' } | { readonly kind: 'rejected'; readonly message: string } | Unavailable;

/** Sends all spans. A request that is refused is halved until the spans at fault stand alone, so that the others get through. */
export async function sendSpans(
  peer: Peer,
  spans: readonly ContractSpan[],
  signal: AbortSignal,
): Promise<ExportOutcome> {
  const queue = chunks(spans, MAX_SPANS);
  const refused: ContractSpan[] = [];
  let message = '';
  let halvings = MAX_HALVINGS;
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    const body = encodeSpans(batch);
    if (body.byteLength > MAX_BYTES && batch.length > 1) {
      queue.unshift(...halves(batch));
      continue;
    }
    const outcome = await post(peer, body, signal);
    if (outcome.kind === 'unavailable') return outcome;
    if (outcome.kind === 'accepted') continue;
    if (batch.length > 1 && halvings > 0) {
      halvings -= 1;
      queue.unshift(...halves(batch));
      continue;
    }
    message = outcome.message;
    refused.push(...batch);
  }
  return refused.length === 0 ? { kind: 'accepted' } : { kind: 'rejected', message, spans: refused };
}

async function post(peer: Peer, body: Uint8Array, signal: AbortSignal): Promise<PostOutcome> {
  const url = tracesUrl(peer.url);
  const init = {
    method: 'POST',
    headers: { ...peer.headers, 'content-type': 'application/x-protobuf' },
    body: body as Uint8Array<ArrayBuffer>,
  };
  const answer = await request(peer, url, init, signal);
  if (answer.kind === 'unavailable') return answer;
  if (answer.status === 400 || answer.status === 413)
    return { kind: 'rejected', message: `${url} answered ${answer.status} ${excerpt(answer.body)}`.trimEnd() };
  if (answer.status < 200 || answer.status > 299) return unavailable(url, answer);
  const { rejected, message } = decodeAnswer(answer.body, answer.headers.get('content-type') ?? '');
  return rejected > 0
    ? { kind: 'rejected', message: message || `${url} rejected ${rejected} spans` }
    : { kind: 'accepted' };
}

function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function halves<T>(items: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
