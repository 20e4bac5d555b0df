import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { defined, Failure, STREAMS, type StreamContract } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import { backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';
import { driftsOf, settingsOf, type StreamSettings } from './stream-settings.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** How the streams are to be kept. */
export interface ProvisionOptions {
  /** On how many servers each message is; 1 for a single server, 3 for a cluster. Default: what an existing stream has, else 1. */
  readonly replicas?: number;
  /** False for a NATS user that may not make streams: it waits until they are there, and changes nothing. True by default. */
  readonly create?: boolean;
}

/**
 * Creates the streams of the contracts that do not exist and brings harmless settings of the others up to date. A stream with a setting
 * that would lose facts is left alone and named in a `Failure('stream-drift')`: somebody changed it on purpose, and has to decide.
 * Called at every start by every service, and changes nothing when there is nothing to change.
 */
export async function provision(connection: Connection, { create = true, replicas }: ProvisionOptions): Promise<void> {
  for (const contract of Object.values<StreamContract>(STREAMS)) {
    if (create)
      await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) =>
        provisionStream(connection, contract, replicas, timeoutMs),
      );
    else await untilProvisioned(connection, contract);
  }
}

/** Somebody else makes the streams, perhaps later than now: services start in any order. */
async function untilProvisioned(connection: Connection, contract: StreamContract): Promise<void> {
  for (let looks = 0; ; looks++) {
    const found = await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) =>
      settingsFound(connection, contract.name, timeoutMs),
    );
    if (found !== undefined) return refuseDrift(contract, found);
    await delay(backoff(looks, 50, 2_000), undefined, { signal: connection.ended }).catch(() =>
      connection.ended.throwIfAborted(),
    );
  }
}

async function provisionStream(
  connection: Connection,
  contract: StreamContract,
  replicas: number | undefined,
  timeoutMs: number,
): Promise<void> {
  const settings = { ...settingsOf(contract), ...defined({ num_replicas: replicas }) };
  const found = await settingsFound(connection, contract.name, timeoutMs);
  if (found === undefined) return createStream(connection, settings, timeoutMs);
  refuseDrift(contract, found);
  const upToDate = Object.entries(settings).every(([name, value]) => isDeepStrictEqual(found[name] ?? false, value));
  if (!upToDate) await updateStream(connection, found, settings, timeoutMs);
}

/** A server before 2.14 can't change how many consumers a stream may have; nor does it bound them where the stream does not. */
async function updateStream(
  connection: Connection,
  found: StreamSettings,
  settings: StreamSettings,
  timeoutMs: number,
): Promise<void> {
  const update = (bound: StreamSettings): Promise<unknown> =>
    callApi(
      connection,
      `STREAM.UPDATE.${settings.name}`,
      { ...found, ...settings, max_consumers: bound['max_consumers'] },
      timeoutMs,
    );
  try {
    await update(settings);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== API_ERRORS.invalidStream) throw error;
    await update(found);
  }
}

async function createStream(connection: Connection, settings: StreamSettings, timeoutMs: number): Promise<void> {
  try {
    await callApi(connection, `STREAM.CREATE.${settings.name}`, settings, timeoutMs);
  } catch (error) {
    // Another service was faster; with the same settings creating is no error, so it knows other ones: a rolling update.
    if (!(error instanceof ApiError) || error.code !== API_ERRORS.streamNameInUse) throw error;
  }
}

async function settingsFound(
  connection: Connection,
  name: string,
  timeoutMs: number,
): Promise<StreamSettings | undefined> {
  try {
    return (await callApi<{ config: StreamSettings }>(connection, `STREAM.INFO.${name}`, {}, timeoutMs)).config;
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.streamNotFound) return undefined;
    throw error;
  }
}

function refuseDrift(contract: StreamContract, found: StreamSettings): void {
  const problems = driftsOf(contract, found).map((drift) => ({
    where: `${contract.name}.${drift.setting}`,
    message: `expected ${drift.expected}, found ${JSON.stringify(drift.found) ?? 'nothing'}`,
  }));
  if (problems.length === 0) return;
  const list = problems.map(({ where, message }) => `${where}: ${message}`).join('; ');
  throw new Failure('stream-drift', `a stream would lose facts: ${list}`, { problems });
}
