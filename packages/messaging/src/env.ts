import { setTimeout as delay } from 'node:timers/promises';
import { envSubject, STREAMS, type EvaluationId } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { callApi, publish } from './jetstream.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** Environment variables of an evaluation: secrets, hence never in a fact. */
export type EnvValues = Readonly<Record<string, string>>;

const ENV = STREAMS.env.name;
const PATIENCE = { withinMs: DEADLINE_MS };
const APPLY_MS = 100;

/** The spec whose values they are: an evaluation that was submitted has one, and its hash covers the values. */
export interface EnvOwner {
  readonly evaluation: EvaluationId;
  readonly specHash: string;
}

/** `known` = they are kept already. */
export interface PutEnvOutcome {
  readonly kind: 'stored' | 'known';
}

/** Keeps the values of a spec. Throws `Failure('overloaded')`. */
export async function putEnv(connection: Connection, owner: EnvOwner, values: EnvValues): Promise<PutEnvOutcome> {
  const subject = subjectOf(owner);
  const payload = new TextEncoder().encode(JSON.stringify(values));
  const message = { stream: ENV, subject, payload, headers: { 'content-type': 'application/json' } };
  const deadline = performance.now() + PATIENCE.withinMs;
  for (;;) {
    try {
      await untilKnown(connection, PATIENCE, (timeoutMs) => publish(connection, message, timeoutMs));
      return { kind: 'stored' };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== API_ERRORS.storeFailed) throw error;
      if ((await keptMessage(connection, subject)) !== undefined) return { kind: 'known' };
      // On a replicated stream the same values may be accepted but not yet applied. They may also have been deleted meanwhile.
      if (!error.taken || performance.now() > deadline) throw overloaded(error);
      await delay(APPLY_MS);
    }
  }
}

/** The values of a spec; undefined when none are kept. */
export async function readEnv(connection: Connection, owner: EnvOwner): Promise<EnvValues | undefined> {
  const message = await keptMessage(connection, subjectOf(owner));
  return message && (JSON.parse(new TextDecoder().decode(message.bytes)) as EnvValues);
}

/**
 * Deletes the values of a spec, or those of an evaluation whatever specs were sent under its id, overwriting them on disk. Nothing
 * to delete is fine.
 */
export async function deleteEnv(connection: Connection, owner: EnvOwner | EvaluationId): Promise<void> {
  const subject = typeof owner === 'string' ? envSubject(owner, '*') : subjectOf(owner);
  for (;;) {
    const message = await keptMessage(connection, subject);
    if (message === undefined) return;
    await erase(connection, message);
  }
}

async function erase(connection: Connection, { seq, subject }: StoredMessage): Promise<void> {
  const request = { seq, no_erase: false };
  try {
    await untilKnown(connection, PATIENCE, (timeoutMs) =>
      callApi(connection, `STREAM.MSG.DELETE.${ENV}`, request, timeoutMs),
    );
  } catch (error) {
    // Deleted in between, by another replica or by an attempt of ours whose answer was lost.
    if (!(error instanceof ApiError) || (await keptMessage(connection, subject))?.seq === seq) throw error;
  }
}

function subjectOf({ evaluation, specHash }: EnvOwner): string {
  return envSubject(evaluation, specHash);
}

function keptMessage(connection: Connection, subject: string): Promise<StoredMessage | undefined> {
  return untilKnown(connection, PATIENCE, (timeoutMs) => lastMessage(connection, ENV, subject, timeoutMs));
}
