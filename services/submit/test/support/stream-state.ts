import { eventually } from '@lacuna/testing';
import type { NatsConnection } from 'nats';

/** How many messages a stream holds, as its server says; asked again when that was lost, as by a plain client that is not connected again yet. */
export function messagesIn(raw: NatsConnection, stream: string): Promise<number> {
  return eventually(`the state of ${stream}`, async () => {
    const manager = await raw.jetstreamManager({ timeout: 2_000 });
    return (await manager.streams.info(stream)).state.messages;
  });
}

/** Makes a stream refuse everything from now on, as a full one does; or, with -1, take everything again. */
export async function limitMessages(raw: NatsConnection, stream: string, max: number): Promise<void> {
  const manager = await raw.jetstreamManager();
  await manager.streams.update(stream, { max_msgs: max });
}
