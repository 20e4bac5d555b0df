import type { NatsConnection } from 'nats';

/** How many messages a stream holds, as its server says. */
export async function messagesIn(raw: NatsConnection, stream: string): Promise<number> {
  const manager = await raw.jetstreamManager();
  return (await manager.streams.info(stream)).state.messages;
}

/** Makes a stream refuse everything from now on, as a full one does; or, with -1, take everything again. */
export async function limitMessages(raw: NatsConnection, stream: string, max: number): Promise<void> {
  const manager = await raw.jetstreamManager();
  await manager.streams.update(stream, { max_msgs: max });
}
