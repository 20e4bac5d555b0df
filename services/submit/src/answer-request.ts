import { parseSpecBytes } from '@lacuna/contracts';
import type { Headers, Reply } from '@lacuna/messaging';
import type { Acceptor } from './accept.ts';
import { assertIdempotencyKey } from './idempotency-key.ts';

const encoder = new TextEncoder();
const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** Answers one NATS request on `lacuna.submit.v1` with the body of an HTTP 202. A thrown `Failure` becomes the error reply. */
export async function answerRequest(
  acceptor: Pick<Acceptor, 'accept'>,
  request: { readonly bytes: Uint8Array; readonly headers: Headers; readonly arrivedAt: number },
): Promise<Reply> {
  const { bytes, headers, arrivedAt } = request;
  const key = headers.get('Nats-Msg-Id');
  if (key !== undefined) assertIdempotencyKey(key, 'Nats-Msg-Id');
  const accepted = await acceptor.accept({
    via: 'nats',
    arrivedAt,
    parse: () => parseSpecBytes(bytes),
    key,
    traceparent: headers.get('traceparent'),
  });
  return { bytes: encoder.encode(JSON.stringify(accepted)), headers: JSON_HEADERS };
}
