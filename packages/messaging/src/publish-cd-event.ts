import { cdEventSubject, type CdEvent } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { toHeaders } from './headers.ts';

/**
 * Publishes a CDEvent as a CloudEvent (NATS binding, binary mode) to whoever listens; resolves when the server has it. No stream of ours
 * keeps it. One that somebody makes on `lacuna.cdevents.>` stores each event once: the id is its `Nats-Msg-Id`.
 */
export async function publishCdEvent({ nats }: Connection, event: CdEvent): Promise<void> {
  const { id, source, type, timestamp } = event.context;
  const headers = toHeaders({
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-source': source,
    'ce-type': type,
    'ce-subject': event.subject.id,
    'ce-time': timestamp,
    'content-type': 'application/json',
    'Nats-Msg-Id': id,
  });
  nats.publish(cdEventSubject(type), new TextEncoder().encode(JSON.stringify(event)), { headers });
  await nats.flush();
}
