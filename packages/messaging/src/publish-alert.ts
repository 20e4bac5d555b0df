import { alertSubject, STREAMS, type Alert } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { publish } from './jetstream.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** Publishes an alert; the same key and status within a day is the same alert. Throws `Failure('overloaded')`. */
export async function publishAlert(connection: Connection, alert: Alert): Promise<void> {
  const message = {
    stream: STREAMS.alerts.name,
    subject: alertSubject(alert.stage),
    payload: new TextEncoder().encode(JSON.stringify(alert)),
    headers: { 'Nats-Msg-Id': `${alert.key}/${alert.status}`, 'content-type': 'application/json' },
  };
  await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) => publish(connection, message, timeoutMs));
}
