import type { Delivery } from './delivery.ts';

/** The deliveries that a process works on. The server hears of each every third of the ack wait; else it would deliver them again. */
export class HeldDeliveries implements Disposable {
  readonly #deliveries = new Map<number, Delivery>();
  readonly #timer: NodeJS.Timeout;

  constructor(ackWaitMs: number) {
    this.#timer = setInterval(() => {
      for (const delivery of this.#deliveries.values()) delivery.working();
    }, ackWaitMs / 3);
  }

  /** False when it is in hand already: the server had not heard of it for too long and delivered it again. */
  add(delivery: Delivery): boolean {
    if (this.#deliveries.has(delivery.seq)) return false;
    this.#deliveries.set(delivery.seq, delivery);
    return true;
  }

  remove(delivery: Delivery): void {
    this.#deliveries.delete(delivery.seq);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
