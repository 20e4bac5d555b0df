import { connect, type NatsConnection } from 'nats';

interface Stored<T> {
  readonly message: T;
  /** When the stream took it, by the server's clock: whoever follows the stream has it from then on. Unix milliseconds. */
  readonly at: number;
}

/**
 * Everything a stream holds, decoded as JSON, read with a plain NATS client: no code of ours stands between the test and the truth. Its consumer goes
 * with it: the server would keep it for five minutes, and gives a stream no more than a thousand. Behind a test that looked more often nobody could read.
 */
export async function storedIn<T>(natsUrl: string, stream: string): Promise<Stored<T>[]> {
  const connection: NatsConnection = await connect({ servers: natsUrl });
  try {
    const { state } = await (await connection.jetstreamManager()).streams.info(stream);
    if (state.messages === 0) return [];
    const consumer = await connection.jetstream().consumers.get(stream);
    const found: Stored<T>[] = [];
    try {
      for await (const message of await consumer.consume()) {
        found.push({ message: message.json<T>(), at: message.info.timestampNanos / 1e6 });
        if (message.info.pending === 0) break;
      }
    } finally {
      await consumer.delete();
    }
    return found;
  } finally {
    await connection.close();
  }
}
