import { createHash } from 'node:crypto';
import { evaluationIdForKey, parseSpecBytes, type EvaluationId } from '@lacuna/contracts';
import type { IntakeMessage } from '@lacuna/messaging';
import type { Acceptor } from './accept.ts';
import { assertIdempotencyKey } from './idempotency-key.ts';

/** Accepts one message of the durable intake; a redelivery is the same evaluation. What it throws decides what becomes of the message. */
export async function takeIntake(
  acceptor: Pick<Acceptor, 'accept'>,
  { bytes, headers, storedAt }: IntakeMessage,
): Promise<void> {
  const key = headers.get('Nats-Msg-Id');
  if (key !== undefined) assertIdempotencyKey(key, 'Nats-Msg-Id');
  await acceptor.accept({
    via: 'intake',
    arrivedAt: storedAt,
    parse: () => parseSpecBytes(bytes),
    key,
    id: idOfMessage(bytes, storedAt),
    traceparent: headers.get('traceparent'),
  });
}

/** A message is told from every other by its content and the microsecond of its storing. No key of a user's begins with NUL. */
function idOfMessage(bytes: Uint8Array, storedAt: number): EvaluationId {
  const content = createHash('sha256').update(bytes).digest('hex');
  return evaluationIdForKey(`\0intake/${storedAt}/${content}`);
}
