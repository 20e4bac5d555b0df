import { STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { listConsumers, type ConsumerInfo } from './readers.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** A durable consumer of the facts for which facts are kept, and for which nobody asks: as long as it is there, nothing that it has not read is compacted. */
export interface UnreadConsumer {
  readonly stream: string;
  readonly consumer: string;
  /** Facts that it has not acknowledged. */
  readonly behind: number;
  /** How long ago it was handed a fact, or made if it never was, by the server's clock. Milliseconds. */
  readonly idleMs: number;
}

/** Ours and anybody's. Whoever has his hands full does not ask for a moment, either. Throws `Failure('overloaded')`. */
export async function unreadConsumers(connection: Connection): Promise<UnreadConsumer[]> {
  const consumers = await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) =>
    listConsumers(connection, STREAMS.facts.name, timeoutMs),
  );
  return consumers.flatMap(unreadOne);
}

function unreadOne({ config, ...info }: ConsumerInfo): UnreadConsumer[] {
  const behind = info.num_pending + info.num_ack_pending;
  const isRead = info.num_waiting > 0 || info.push_bound === true || behind === 0;
  if (config.durable_name === undefined || isRead) return [];
  const idleMs = Date.parse(info.ts) - Date.parse(info.delivered.last_active ?? info.created);
  return [{ stream: STREAMS.facts.name, consumer: config.durable_name, behind, idleMs }];
}
