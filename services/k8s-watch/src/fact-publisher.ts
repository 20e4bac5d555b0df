import { factSubject, type Fact } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';

/** A listing of 10,000 pods tells 50,000 facts: all at once they would fill the memory and keep everything else waiting. */
const ENOUGH_ON_THEIR_WAY = 256;

interface PublishReport {
  /** A fact that could not be stored. */
  readonly onError: (error: unknown, fact: Fact) => void;
  /** A container is told to have ended in another way than before; the first word stands (fault J19). */
  readonly onOtherEnd: (fact: Fact) => void;
}

/**
 * Publishes observed facts, each once per process. Facts need no order among themselves (but one), so they go out side by side,
 * at once: whoever tells many waits for room before each object. A publish that fails is forgotten here, and the next snapshot or relist of
 * the object tells it again.
 */
export class FactPublisher {
  readonly #bus: Pick<Bus, 'publishFact'>;
  readonly #report: PublishReport;
  /** Subjects told so far, by the object they are about, so that they leave with it. */
  readonly #told = new Map<string, Set<string>>();
  readonly #inFlight = new Set<Promise<void>>();
  #oneDone: PromiseWithResolvers<void> | undefined;

  constructor(bus: Pick<Bus, 'publishFact'>, report: PublishReport) {
    this.#bus = bus;
    this.#report = report;
  }

  /** Waits until few enough facts are on their way: a stream that is slow, or away, slows down who tells, and fills no memory. */
  async room(): Promise<void> {
    while (this.#inFlight.size >= ENOUGH_ON_THEIR_WAY) await (this.#oneDone ??= Promise.withResolvers<void>()).promise;
  }

  /** For an object that is no longer there: it is forgotten as soon as the facts are stored, or could not be. */
  tellLast(objectUid: string, facts: readonly Fact[]): void {
    void Promise.all(this.tell(objectUid, facts)).finally(() => this.forget(objectUid));
  }

  /** Gives what is on its way. */
  tell(objectUid: string, facts: readonly Fact[]): readonly Promise<void>[] {
    const told = this.#told.get(objectUid) ?? new Set();
    this.#told.set(objectUid, told);
    const sent: Promise<void>[] = [];
    for (const fact of facts) {
      const subject = factSubject(fact);
      if (told.has(subject)) continue;
      told.add(subject);
      // A pod that is gone is judged by whether its end is known: so its end goes first.
      const before = fact.type === 'pod-gone' ? Promise.all(sent) : Promise.resolve();
      sent.push(this.#send(before, fact, () => told.delete(subject)));
    }
    return sent;
  }

  /** Forgets an object that is gone from the cluster. */
  forget(objectUid: string): void {
    this.#told.delete(objectUid);
  }

  /** Forgets all objects but those that are there: an event about an object is told for an hour, also when that is long gone. */
  keep(isThere: (objectUid: string) => boolean): void {
    for (const uid of this.#told.keys()) if (!isThere(uid)) this.#told.delete(uid);
  }

  /** Waits until nothing is on its way. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  #send(before: Promise<unknown>, fact: Fact, undo: () => void): Promise<void> {
    const sending = before
      .then(() => this.#publish(fact))
      .catch((error: unknown) => {
        undo();
        this.#report.onError(error, fact);
      })
      .finally(() => {
        this.#inFlight.delete(sending);
        this.#oneDone?.resolve();
        this.#oneDone = undefined;
      });
    this.#inFlight.add(sending);
    return sending;
  }

  async #publish(fact: Fact): Promise<void> {
    const outcome = await this.#bus.publishFact(fact);
    if (outcome.kind === 'conflict' && fact.type === 'container-ended') this.#report.onOtherEnd(fact);
  }
}
