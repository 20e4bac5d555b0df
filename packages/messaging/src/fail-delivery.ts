import type { Connection } from './connection.ts';
import { sendDead } from './dead.ts';
import type { Delivery } from './delivery.ts';
import { settlementOf, type Settlement } from './settlement.ts';

/** A delivery whose handler failed, and what was done about it: for the log, and for an alert when it is dead. */
export interface FailedDelivery {
  readonly settlement: Settlement;
  readonly error: unknown;
  readonly consumer: string;
  readonly subject: string;
  readonly seq: number;
  readonly deliveries: number;
}

/** Who consumes, and who hears of failures. */
export interface FailurePolicy {
  /** The name of the durable consumer. */
  readonly name: string;
  /** Dead letters are published under this name. */
  readonly service: string;
  /** Told of every failed delivery; nothing else reports them. Must not throw. */
  readonly onFailure: (failed: FailedDelivery) => void;
  /** What a dead letter keeps of a message; all of it by default. */
  readonly keptOf?: (bytes: Uint8Array) => Uint8Array;
}

/** When a message comes again whose dead letter could not be stored: a server without room is not asked more often. Milliseconds. */
const UNSENT_DELAY_MS = 30_000;

/** Settles a delivery by the error of its handler: again later, or into `LACUNA_DEAD` and never again. Does not throw. */
export async function failDelivery(
  connection: Connection,
  policy: FailurePolicy,
  delivery: Delivery,
  error: unknown,
): Promise<void> {
  const { subject, seq, bytes, deliveries } = delivery;
  let settlement = settlementOf(error, deliveries);
  if (settlement.kind === 'dead') {
    const { reason } = settlement;
    const kept = policy.keptOf?.(bytes) ?? bytes;
    const sent = await sendDead(connection, policy.service, { subject, seq, bytes: kept, reason }).then(
      () => true,
      () => false,
    );
    if (sent) delivery.term(reason);
    else settlement = { kind: 'retried', delayMs: UNSENT_DELAY_MS };
  }
  if (settlement.kind === 'retried') delivery.nak(settlement.delayMs);
  policy.onFailure({ settlement, error, consumer: policy.name, subject, seq, deliveries });
}
