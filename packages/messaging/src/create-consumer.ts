import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';
import { overloaded } from './until-known.ts';

/** A consumer in the JetStream API's own terms; durations in nanoseconds. */
type ConsumerSettings = Readonly<Record<string, unknown>> & { readonly name: string };

/**
 * Creates a consumer; one that is there already is changed, and takes no further place. Returns how many messages wait for it. Throws
 * `Failure('overloaded')` when the stream has as many consumers as it may have, `NoAnswer` or `ApiError`.
 */
export async function createConsumer(
  connection: Connection,
  stream: string,
  config: ConsumerSettings,
  timeoutMs: number,
): Promise<number> {
  const request = { stream_name: stream, config };
  try {
    const verb = `CONSUMER.CREATE.${stream}.${config.name}`;
    return (await callApi<{ num_pending: number }>(connection, verb, request, timeoutMs)).num_pending;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== API_ERRORS.maximumConsumers) throw error;
    throw overloaded(
      new Error(
        `NATS gives ${stream} no more consumers: see who has them by \`nats consumer ls ${stream}\`, or raise max_consumers of the stream and of the NATS account`,
        { cause: error },
      ),
    );
  }
}
