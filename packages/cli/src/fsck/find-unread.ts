import type { Bus, UnreadConsumer } from '@lacuna/messaging';

/** Longer than a service takes to restart, or has its hands full. Milliseconds. */
const UNREAD_MS = 10_000;

/** Durable consumers that a removed feature, or somebody else, left behind, and that hold compaction up; or whose service is down. */
export async function findUnread(bus: Pick<Bus, 'unreadConsumers'>): Promise<UnreadConsumer[]> {
  return (await bus.unreadConsumers()).filter(({ idleMs }) => idleMs >= UNREAD_MS);
}
