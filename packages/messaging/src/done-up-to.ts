import { STREAMS } from '@lacuna/contracts';
import { listConsumers } from './readers.ts';
import type { Connection } from './connection.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** A durable reader of the facts, and the place up to which it is certainly done with all that it wants; infinite when it has nothing left. */
export interface DoneUpTo {
  readonly consumer: string;
  readonly seq: number;
}

/**
 * How far each durable reader is, ours and anybody's. One whose message comes again and again is not done behind that message, whatever it has
 * acknowledged since. Throws `Failure('overloaded')`.
 */
export async function doneUpTo(connection: Connection): Promise<DoneUpTo[]> {
  const consumers = await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) =>
    listConsumers(connection, STREAMS.facts.name, timeoutMs),
  );
  return consumers.flatMap(({ config, num_pending, num_ack_pending, ack_floor }) => {
    if (config.durable_name === undefined) return [];
    const idle = num_pending === 0 && num_ack_pending === 0;
    return [{ consumer: config.durable_name, seq: idle ? Infinity : ack_floor.stream_seq }];
  });
}
