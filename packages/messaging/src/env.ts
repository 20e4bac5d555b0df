import { isDeepStrictEqual } from 'node:util';
import { envSubject, STREAMS, type EvaluationId } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { callApi, publish } from './jetstream.ts';
import { lastMessage } from './stored-message.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** Environment variables of an evaluation: secrets, hence never in a fact. */
export type EnvValues = Readonly<Record<string, string>>;

const ENV = STREAMS.env.name;
const PATIENCE = { withinMs: DEADLINE_MS };

/** `known` = the same are kept already; `conflict` = others are. */
export interface PutEnvOutcome {
  readonly kind: 'stored' | 'known' | 'conflict';
}

/** Keeps the values of an evaluation. Throws `Failure('overloaded')`. */
export async function putEnv(connection: Connection, id: EvaluationId, values: EnvValues): Promise<PutEnvOutcome> {
  const payload = new TextEncoder().encode(JSON.stringify(values));
  const message = { stream: ENV, subject: envSubject(id), payload, headers: { 'content-type': 'application/json' } };
  try {
    await untilKnown(connection, PATIENCE, (timeoutMs) => publish(connection, message, timeoutMs));
    return { kind: 'stored' };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== API_ERRORS.storeFailed) throw error;
    const kept = await readEnv(connection, id);
    if (kept === undefined) throw overloaded(error);
    return { kind: isDeepStrictEqual(kept, values) ? 'known' : 'conflict' };
  }
}

/** The values of an evaluation; undefined when none are kept. */
export async function readEnv(connection: Connection, id: EvaluationId): Promise<EnvValues | undefined> {
  const message = await keptMessage(connection, id);
  return message && (JSON.parse(new TextDecoder().decode(message.bytes)) as EnvValues);
}

/** Deletes the values of an evaluation, overwriting them on disk. Nothing to delete is fine. */
export async function deleteEnv(connection: Connection, id: EvaluationId): Promise<void> {
  const message = await keptMessage(connection, id);
  if (message === undefined) return;
  const request = { seq: message.seq, no_erase: false };
  try {
    await untilKnown(connection, PATIENCE, (timeoutMs) =>
      callApi(connection, `STREAM.MSG.DELETE.${ENV}`, request, timeoutMs),
    );
  } catch (error) {
    // Deleted in between, by another replica or by an attempt of ours whose answer was lost.
    if (!(error instanceof ApiError) || (await keptMessage(connection, id)) !== undefined) throw error;
  }
}

function keptMessage(connection: Connection, id: EvaluationId): ReturnType<typeof lastMessage> {
  return untilKnown(connection, PATIENCE, (timeoutMs) => lastMessage(connection, ENV, envSubject(id), timeoutMs));
}
