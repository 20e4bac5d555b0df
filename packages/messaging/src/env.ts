import { envSubject, parseEnvSubject, STREAMS, SUBJECTS, type EnvPlace, type EvaluationId } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { storeOnce } from './store-once.ts';
import { lastMessage, nextMessage } from './stored-message.ts';

/** Environment variables of an evaluation: secrets, hence never in a fact. */
export type EnvValues = Readonly<Record<string, string>>;

/** Env values that are kept; not what they are. */
export interface KeptEnv {
  readonly place: EnvPlace;
  /** Of the message in their stream. */
  readonly seq: number;
  /** Unix milliseconds, by the server's clock. */
  readonly storedAt: number;
}

const ENV = STREAMS.env.name;

/** Keeps the values of a submission, at a place of its own. Throws `Failure('overloaded')`. */
export async function putEnv(connection: Connection, place: EnvPlace, values: EnvValues): Promise<void> {
  const payload = new TextEncoder().encode(JSON.stringify(values));
  const headers = { 'content-type': 'application/json' };
  await storeOnce(connection, { stream: ENV, subject: envSubject(place), payload, headers });
}

/** The values at a place; undefined when none are kept. */
export async function readEnv(connection: Connection, place: EnvPlace): Promise<EnvValues | undefined> {
  const message = await lastMessage(connection, ENV, envSubject(place));
  return message && (JSON.parse(new TextDecoder().decode(message.bytes)) as EnvValues);
}

/** All values that are kept, the longest kept first. */
export async function* keptEnv(connection: Connection): AsyncGenerator<KeptEnv, void, undefined> {
  let seq = 1;
  for (;;) {
    const message = await nextMessage(connection, ENV, { subject: SUBJECTS.allEnv, seq });
    if (message === undefined) return;
    const place = parseEnvSubject(message.subject);
    if (place !== undefined) yield { place, seq: message.seq, storedAt: message.storedAt };
    seq = message.seq + 1;
  }
}

/** Deletes the values at a place, or all that were sent under the id of an evaluation, overwriting them on disk. Nothing to delete is fine. */
export async function deleteEnv(connection: Connection, whose: EnvPlace | EvaluationId): Promise<void> {
  const subject = envSubject(typeof whose === 'string' ? { evaluation: whose, ref: '*' } : whose);
  for (;;) {
    const message = await lastMessage(connection, ENV, subject);
    if (message === undefined) return;
    await deleteMessage(connection, ENV, message, { isErased: true });
  }
}
