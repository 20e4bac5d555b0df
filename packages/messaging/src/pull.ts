import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, Subscription } from 'nats';
import { atMost } from './at-most.ts';
import { backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { Delivery, isDelivery } from './delivery.ts';
import { untilKnown } from './until-known.ts';

/** What to pull, and what to do with it. */
interface PullSource {
  readonly stream: string;
  /** How many messages may be in hand: pulled and not released. After a break, those asked for before it may come on top. */
  readonly window: number;
  /** Makes sure that the consumer exists and returns its name. Called at the start and after every break. */
  prepare(timeoutMs: number): Promise<string>;
  /** Takes a message; `release` when it is done with. Must not throw. */
  receive(delivery: Delivery): void;
  /** Told when the server has had nothing to send for a while. */
  idle?(): void;
}

/** The server is heard this often, in milliseconds, while a pull is open; silence for three of them is a break. */
const HEARTBEAT_MS = 2_500;
/** How long a pull stays open without a message, before the next one takes its place. Milliseconds. */
const PULL_MS = 10_000;
/** What a server that answers needs to let go of a subscription, many times over. Milliseconds. */
const DRAIN_MS = 1_000;

/**
 * Pulls from a consumer until the signal aborts. The client's own `consume` waits up to two heartbeats (30 s by default) after
 * an election or a deleted consumer, and can end without an error; here any sign of trouble (a status other than a timeout, silence,
 * a reconnect) leads to one answer: prepare the consumer again and pull anew.
 *
 * One pull is open at a time, for as many messages as there is room, so no message waits here while a replica is idle.
 */
export class Pull {
  /** Resolves when the signal has aborted and no message comes any more; rejects when the consumer can't be had. */
  readonly ended: Promise<void>;
  readonly #connection: Connection;
  readonly #source: PullSource;
  readonly #inbox: string;
  #room: number;
  #awaited = 0;
  #pulls = 0;
  #consumer: string | undefined;
  #heardAt = 0;
  #troubles = 0;
  #scheduled = false;
  #broken = Promise.withResolvers<void>();

  constructor(connection: Connection, source: PullSource, signal: AbortSignal) {
    this.#connection = connection;
    this.#source = source;
    this.#inbox = connection.newInbox();
    this.#room = source.window;
    this.ended = this.#run(signal);
  }

  /** Makes room for one more message. */
  release(): void {
    this.#room++;
    this.#schedule();
  }

  /** Prepares the consumer again and pulls anew. */
  restart(): void {
    this.#troubles++;
    this.#consumer = undefined;
    // What is still said of the pull before is no trouble of the next one.
    this.#pulls++;
    this.#broken.resolve();
  }

  async #run(wanted: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([wanted, this.#connection.ended]);
    const subscription = this.#connection.nats.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#take(message) : this.#broken.reject(error)),
    });
    const watchdog = setInterval(() => this.#listenForSilence(), HEARTBEAT_MS);
    const forget = this.#connection.onReconnect(() => this.restart());
    const stop = (): void => this.#broken.resolve();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) await this.#untilBroken(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      forget();
      clearInterval(watchdog);
      this.#consumer = undefined;
      await drained(subscription);
    }
    if (!wanted.aborted) this.#connection.ended.throwIfAborted();
  }

  async #untilBroken(signal: AbortSignal): Promise<void> {
    if (this.#troubles > 1) await delay(backoff(this.#troubles - 2, 25, 2_000), undefined, { signal });
    this.#broken = Promise.withResolvers<void>();
    this.#broken.promise.catch(() => undefined);
    const patience = { withinMs: Infinity, signal };
    const consumer = await untilKnown(this.#connection, patience, (timeoutMs) => this.#source.prepare(timeoutMs));
    if (signal.aborted) return;
    this.#consumer = consumer;
    this.#awaited = 0;
    this.#schedule();
    await this.#broken.promise;
  }

  #take(message: Msg): void {
    this.#heardAt = performance.now();
    if (!isDelivery(message)) return this.#takeStatus(message);
    this.#troubles = 0;
    this.#room--;
    this.#awaited--;
    this.#source.receive(new Delivery(message));
    this.#schedule();
  }

  #takeStatus(message: Msg): void {
    const status = message.headers?.code;
    const ofOpenPull = message.subject === this.#openPull();
    if (ofOpenPull && (status === 100 || status === 408)) this.#source.idle?.();
    if (status === 100) this.#troubles = 0;
    else if (ofOpenPull && (status === 404 || status === 408)) this.#expired();
    else if (ofOpenPull) this.restart();
  }

  #expired(): void {
    this.#troubles = 0;
    this.#awaited = 0;
    this.#schedule();
  }

  /** Pulls soon: after what else is ready now, so that many releases make one pull. */
  #schedule(): void {
    if (this.#scheduled || this.#awaited > 0 || this.#room <= 0 || this.#consumer === undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#awaited <= 0 && this.#room > 0 && this.#consumer !== undefined) this.#pull(this.#consumer);
    });
  }

  #pull(consumer: string): void {
    this.#awaited = this.#room;
    this.#heardAt = performance.now();
    this.#pulls++;
    const request = { batch: this.#room, expires: PULL_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#source.stream}.${consumer}`;
    this.#connection.nats.publish(subject, JSON.stringify(request), { reply: this.#openPull() });
  }

  #openPull(): string {
    return `${this.#inbox}.${this.#pulls}`;
  }

  #listenForSilence(): void {
    if (this.#connection.status !== 'connected' || this.#consumer === undefined || this.#awaited <= 0) return;
    if (performance.now() - this.#heardAt > 3 * HEARTBEAT_MS) this.restart();
  }
}

/** Ends a subscription after what the server has already sent has come in; else it would be redelivered only after the ack wait. */
async function drained(subscription: Subscription): Promise<void> {
  if (!subscription.isClosed()) await atMost(DRAIN_MS, subscription.drain());
  subscription.unsubscribe();
}
