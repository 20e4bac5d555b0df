import { createHash } from 'node:crypto';
import { deadSubject, STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { publish } from './jetstream.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** A message that could not be understood or handled. */
export interface DeadLetter {
  /** Where it came from. */
  readonly subject: string;
  /** Its sequence there, when it came from a stream: one message makes one letter, however often it is met within two minutes. */
  readonly seq?: number;
  /** Its body, as far as it may be kept. */
  readonly bytes: Uint8Array;
  readonly reason: string;
}

/** A header's value: the reason is for people, the message itself is kept whole. Characters. */
const LONGEST_REASON = 1_024;

/**
 * Puts a message where people find it: stream `LACUNA_DEAD`, subject `lacuna.dead.<service>`, headers
 * `Lacuna-Subject`, `Lacuna-Sequence`, `Lacuna-Reason`. Throws `Failure('overloaded')` when that fails.
 */
export async function sendDead(connection: Connection, service: string, letter: DeadLetter): Promise<void> {
  const { subject, seq, bytes, reason } = letter;
  const place = deadSubject(service);
  const message = {
    stream: STREAMS.dead.name,
    subject: place,
    payload: bytes,
    headers: {
      'Nats-Msg-Id': `${place}/${subject}/${seq ?? createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`,
      'Lacuna-Subject': subject,
      ...(seq === undefined ? {} : { 'Lacuna-Sequence': String(seq) }),
      'Lacuna-Reason': reason.slice(0, LONGEST_REASON),
    },
  };
  await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) => publish(connection, message, timeoutMs));
}
