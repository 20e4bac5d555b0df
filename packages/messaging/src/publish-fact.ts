import { SpanKind } from '@opentelemetry/api';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeFact, factSubject, Failure, sameFact, STREAMS, type Fact } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { inDetailSpan, messagingAttributes } from './detail-span.ts';
import { factHeaders } from './fact-headers.ts';
import { publish, type Outgoing } from './jetstream.ts';
import { readFact } from './read-fact.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** What became of a fact. All three are final: the stream holds a fact on this subject. */
export type PublishOutcome =
  | { readonly kind: 'stored'; readonly seq: number }
  /** The same was said before, by another observer or by an earlier attempt of our own whose answer was lost. */
  | { readonly kind: 'known'; readonly seq: number; readonly fact: Fact }
  /** Something else was said before. */
  | { readonly kind: 'conflict'; readonly seq: number; readonly fact: Fact };

const APPLY_MS = 100;

/**
 * Publishes a fact exactly once, whatever breaks in between: the stream takes one message per subject, so an attempt with an
 * unknown outcome is repeated, and a refusal is settled by reading back and comparing. Throws `Failure('overloaded')` when the
 * stream does not answer within the deadline, or has no room (at once).
 */
export function publishFact(
  connection: Connection,
  fact: Fact,
  withinMs: number = DEADLINE_MS,
): Promise<PublishOutcome> {
  const { evaluation, type } = fact;
  const attributes = messagingAttributes('publish', type);
  const detail = { name: `publish ${type}`, kind: SpanKind.PRODUCER, evaluation, attributes };
  return inDetailSpan(detail, () => publishOnce(connection, fact, withinMs));
}

async function publishOnce(connection: Connection, fact: Fact, withinMs: number): Promise<PublishOutcome> {
  const deadline = performance.now() + withinMs;
  const subject = factSubject(fact);
  const message = {
    stream: STREAMS.facts.name,
    subject,
    payload: encodeFact(fact),
    headers: factHeaders(fact, subject),
  };
  for (let refusals = 0; ; refusals++) {
    const seq = await storedSeq(connection, message, deadline - performance.now());
    if (seq !== undefined) return { kind: 'stored', seq };
    const there = await readFact(connection, subject, deadline - performance.now());
    if (there !== undefined)
      return { kind: sameFact(there.fact, fact) ? 'known' : 'conflict', seq: there.seq, fact: there.fact };
    // Refused, yet nothing is there: no room. Or, on a replicated stream, the first message is accepted but not yet applied.
    if (refusals > 0) throw overloaded(new Failure('overloaded', `${message.stream} has no room for ${subject}`));
    await delay(APPLY_MS);
  }
}

/** Where it was stored; undefined when the stream refused it. */
async function storedSeq(connection: Connection, message: Outgoing, withinMs: number): Promise<number | undefined> {
  try {
    const ack = await untilKnown(connection, { withinMs }, (timeoutMs) => publish(connection, message, timeoutMs));
    return ack.seq;
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.storeFailed) return undefined;
    throw error;
  }
}
