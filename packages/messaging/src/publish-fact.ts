import { SpanKind } from '@opentelemetry/api';
import { setTimeout as delay } from 'node:timers/promises';
import {
  encodeFact,
  factSubject,
  Failure,
  recordSubject,
  sameFact,
  STREAMS,
  type EvaluationId,
  type Fact,
} from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { inDetailSpan, messagingAttributes } from './detail-span.ts';
import { factHeaders } from './fact-headers.ts';
import { publish, type Outgoing } from './jetstream.ts';
import { NotStored } from './not-stored.ts';
import { compactedFact, readFact } from './read-fact.ts';
import type { RecordedFact } from './recorded-fact.ts';
import { APPLY_MS } from './store-once.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** What became of a fact. All three are final: the stream holds a fact on this subject. */
export type PublishOutcome =
  | { readonly kind: 'stored'; readonly seq: number }
  /** The same was said before, by another observer or by an earlier attempt of our own whose answer was lost. */
  | { readonly kind: 'known'; readonly seq: number; readonly fact: Fact }
  /** Something else was said before. */
  | { readonly kind: 'conflict'; readonly seq: number; readonly fact: Fact };

/**
 * Publishes a fact exactly once, whatever breaks in between: the stream takes one message per subject, so an attempt with an
 * unknown outcome is repeated, and a refusal is settled by reading back and comparing. When the evaluation is compacted, its record
 * is looked into: what is in it is known, and what is not was never said and is stored. Throws `Failure('overloaded')` when the
 * stream does not answer within the deadline, or has no room (at once): `NotStored` when that is certain.
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
    headers: { ...factHeaders(fact, subject), ...unlessCompacted(fact.evaluation) },
  };
  for (;;) {
    const outcome = await stored(connection, message, deadline - performance.now());
    if (outcome.kind === 'stored') return outcome;
    const left = deadline - performance.now();
    if (outcome.kind === 'compacted') {
      const there = await compactedFact(connection, subject, left);
      if (there !== undefined) return outcomeOf(there, fact);
      message.headers = factHeaders(fact, subject);
      continue;
    }
    const there = await readFact(connection, subject, left);
    if (there !== undefined) return outcomeOf(there, fact);
    // Refused, yet nothing is there: no room. Or, on a replicated stream, the first message is accepted but not yet applied.
    if (!outcome.refusal.taken) throw noRoom(outcome.refusal, outcome.attempts);
    if (performance.now() > deadline) throw overloaded(outcome.refusal);
    await delay(APPLY_MS);
  }
}

function outcomeOf(there: RecordedFact, fact: Fact): PublishOutcome {
  return { kind: sameFact(there.fact, fact) ? 'known' : 'conflict', seq: there.seq, fact: there.fact };
}

/**
 * Lets the server refuse the message when there is a record of the evaluation. The subject of a compacted fact is free again, and only
 * the server can check and store in one step.
 */
function unlessCompacted(evaluation: EvaluationId): Record<string, string> {
  return {
    'Nats-Expected-Last-Subject-Sequence': '0',
    'Nats-Expected-Last-Subject-Sequence-Subject': recordSubject(evaluation),
  };
}

type Stored =
  | { readonly kind: 'stored'; readonly seq: number }
  /** The stream took none: a second message on the subject, or no room. */
  | { readonly kind: 'refused'; readonly refusal: ApiError; readonly attempts: number }
  | { readonly kind: 'compacted' };

async function stored(connection: Connection, message: Outgoing, withinMs: number): Promise<Stored> {
  let attempts = 0;
  try {
    const ack = await untilKnown(connection, { withinMs }, (timeoutMs) => {
      attempts++;
      return publish(connection, message, timeoutMs);
    });
    return { kind: 'stored', seq: ack.seq };
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.storeFailed)
      return { kind: 'refused', refusal: error, attempts };
    if (error instanceof ApiError && error.code === API_ERRORS.wrongLastSequence) return { kind: 'compacted' };
    if (error instanceof Failure && error.cause instanceof ApiError && error.cause.full)
      throw noRoom(error.cause, attempts);
    throw error;
  }
}

/** An attempt before this one was not answered, and may yet be stored. */
function noRoom(refusal: ApiError, attempts: number): Failure {
  return attempts === 1 ? new NotStored(refusal) : overloaded(refusal);
}
