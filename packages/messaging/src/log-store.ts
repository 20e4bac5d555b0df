import { STREAMS, SUBJECTS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

const LOGS = STREAMS.logs.name;
const PATIENCE = { withinMs: DEADLINE_MS };

/** How much the stream of logs holds, and may hold. */
export interface LogStoreState {
  readonly bytes: number;
  /** Absent when only the disk limits it. */
  readonly maxBytes?: number;
}

/** How full the stream of logs is. Throws `Failure('overloaded')` when it does not say. */
export async function logStoreState(connection: Connection): Promise<LogStoreState> {
  const { config, state } = await untilKnown(connection, PATIENCE, (timeoutMs) =>
    callApi<{ config: { max_bytes?: number }; state: { bytes: number } }>(
      connection,
      `STREAM.INFO.${LOGS}`,
      {},
      timeoutMs,
    ),
  );
  const { max_bytes: maxBytes = -1 } = config;
  return { bytes: state.bytes, ...(maxBytes > 0 ? { maxBytes } : {}) };
}

/** Removes all that is stored of one log; nothing to remove is fine. Throws `Failure('overloaded')` when the outcome can't be known. */
export async function purgeLog(connection: Connection, subject: string): Promise<void> {
  await untilKnown(connection, PATIENCE, (timeoutMs) =>
    callApi(connection, `STREAM.PURGE.${LOGS}`, { filter: subject }, timeoutMs),
  );
}

/** The subject of every log of which the stream has anything, in no order. Throws `Failure('overloaded')`. */
export async function storedLogs(connection: Connection): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const request = { subjects_filter: SUBJECTS.allLogs, offset: found.length };
    const { state } = await untilKnown(connection, PATIENCE, (timeoutMs) =>
      callApi<{ state: { subjects?: Record<string, number> } }>(connection, `STREAM.INFO.${LOGS}`, request, timeoutMs),
    );
    const subjects = Object.keys(state.subjects ?? {});
    found.push(...subjects);
    // The server gives so many at a time. Source: JSMaxSubjectDetails in nats-server.
    if (subjects.length < 100_000) return found;
  }
}
