import type { Story } from '@lacuna/contracts/testing';
import type { Bus } from '@lacuna/messaging';

/** Publishes what a story has told since the last time, as the services would. */
export async function tell(bus: Bus, story: Story): Promise<void> {
  for (const { fact } of story.facts.splice(0)) await bus.publishFact(fact);
}
