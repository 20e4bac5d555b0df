import { createHash } from 'node:crypto';
import { evaluationIdForKey, Failure, parseSpecBytes, type EvaluationId, type EvaluationSpec } from '@lacuna/contracts';
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
    parse: () => specOf(bytes),
    key,
    id: idOfMessage(bytes, storedAt),
    traceparent: headers.get('traceparent'),
  });
}

/**
 * What is wrong with it is not answered to who sent it, but kept and logged. So it must not quote what it can't read, which may be a secret, and
 * says only where it is, as far as the parser does.
 */
function specOf(bytes: Uint8Array): EvaluationSpec {
  try {
    return parseSpecBytes(bytes);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'invalid-json') throw error;
    const [place = 'the parser does not say where'] = /position \d+.*$/.exec(error.message) ?? [];
    throw new Failure('invalid-json', `the body is not JSON: ${place}`);
  }
}

/** A message is told from every other by its content and the microsecond of its storing. No key of a user's begins with NUL. */
function idOfMessage(bytes: Uint8Array, storedAt: number): EvaluationId {
  const content = createHash('sha256').update(bytes).digest('hex');
  return evaluationIdForKey(`\0intake/${storedAt}/${content}`);
}
