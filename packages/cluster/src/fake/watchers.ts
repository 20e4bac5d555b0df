import type { Observation } from '../observation.ts';
import { Change } from './change.ts';

/** All who watch the fake cluster, each with what is still to be told to it. */
export class Watchers {
  readonly #queues = new Set<Observation[]>();
  readonly #change = new Change();

  /** What is there when somebody begins to read, and then whatever is told, until the signal aborts. */
  async *watch(list: () => readonly Observation[], signal: AbortSignal): AsyncGenerator<Observation> {
    const queue = [...list()];
    this.#queues.add(queue);
    while (!signal.aborted) {
      const next = queue.shift();
      if (next === undefined) await this.#change.wait(signal);
      else yield next;
    }
    this.#queues.delete(queue);
  }

  tell(...observations: readonly Observation[]): void {
    for (const queue of this.#queues) queue.push(...observations);
    this.#change.tell();
  }

  /** Makes the change while none of them is told anything. */
  without(change: () => void): void {
    const queues = [...this.#queues];
    this.#queues.clear();
    change();
    for (const queue of queues) this.#queues.add(queue);
  }
}
