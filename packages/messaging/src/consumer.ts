import { Failure } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { createConsumer } from './create-consumer.ts';
import { SERVICE_KEY } from './readers.ts';

/** A durable consumer: who reads what, shared by all replicas that use the same name. */
export interface Consumer {
  readonly stream: string;
  /** Its durable name. */
  readonly name: string;
  readonly filters: readonly string[];
  /** Without a sign of life for this long, in milliseconds, a message is delivered again. */
  readonly ackWaitMs: number;
}

/**
 * Creates the consumer, or changes it to what it should be. Retries and poison are ours to decide, so the server never gives up on a
 * message (`max_deliver`: it would stay in the stream, visible to nobody), and delayed messages never block others
 * (`max_ack_pending`). Throws `Failure('stream-drift')` when the one that exists can't be changed into it, and as `createConsumer`.
 */
export async function ensureConsumer(connection: Connection, consumer: Consumer, timeoutMs: number): Promise<string> {
  const { stream, name, filters, ackWaitMs } = consumer;
  const config = {
    name,
    durable_name: name,
    deliver_policy: 'all',
    ack_policy: 'explicit',
    ack_wait: ackWaitMs * 1e6,
    max_deliver: -1,
    max_ack_pending: -1,
    filter_subjects: filters,
    metadata: { [SERVICE_KEY]: connection.name },
  };
  try {
    await createConsumer(connection, stream, config, timeoutMs);
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === API_ERRORS.invalidConsumer && !cause.transient)
      throw new Failure('stream-drift', `consumer ${name} of ${stream}: ${cause.message}`, { cause });
    throw cause;
  }
  return name;
}
