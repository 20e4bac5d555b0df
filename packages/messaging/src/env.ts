import { envSubject, STREAMS, type EvaluationId } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { storeOnce } from './store-once.ts';
import { lastMessage } from './stored-message.ts';

/** Environment variables of an evaluation: secrets, hence never in a fact. */
export type EnvValues = Readonly<Record<string, string>>;

const ENV = STREAMS.env.name;

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
  const kept = await storeOnce(connection, message);
  return { kind: kept === undefined ? 'stored' : 'known' };
}

/** The values of a spec; undefined when none are kept. */
export async function readEnv(connection: Connection, owner: EnvOwner): Promise<EnvValues | undefined> {
  const message = await lastMessage(connection, ENV, subjectOf(owner));
  return message && (JSON.parse(new TextDecoder().decode(message.bytes)) as EnvValues);
}

/**
 * Deletes the values of a spec, or those of an evaluation whatever specs were sent under its id, overwriting them on disk. Nothing
 * to delete is fine.
 */
export async function deleteEnv(connection: Connection, owner: EnvOwner | EvaluationId): Promise<void> {
  const subject = typeof owner === 'string' ? envSubject(owner, '*') : subjectOf(owner);
  for (;;) {
    const message = await lastMessage(connection, ENV, subject);
    if (message === undefined) return;
    await deleteMessage(connection, ENV, message, { isErased: true });
  }
}

function subjectOf({ evaluation, specHash }: EnvOwner): string {
  return envSubject(evaluation, specHash);
}
