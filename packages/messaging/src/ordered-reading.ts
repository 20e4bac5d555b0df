import { nuid } from 'nats';
import { Failure } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { createConsumer } from './create-consumer.ts';
import type { Delivery } from './delivery.ts';
import { callApi } from './jetstream.ts';
import { CAUGHT_UP, type OrderedSource } from './ordered-source.ts';
import { Pull } from './pull.ts';
import { SERVICE_KEY } from './readers.ts';

/** How long the server keeps a consumer that nobody pulls from; a slow reader gets a new one. */
const INACTIVE_MS = 30_000;

type Item = Delivery | typeof CAUGHT_UP;

/** What `ordered` reads from: collects messages in order and replaces the consumer after every break. */
export class OrderedReading {
  readonly #connection: Connection;
  readonly #source: OrderedSource;
  readonly #pull: Pull;
  readonly #signal: AbortSignal;
  readonly #end: Promise<void>;
  #items: Item[] = [];
  #arrived = Promise.withResolvers<void>();
  #nextSeq: number;
  #consumer = '';
  #consumerSeq = 0;
  #caughtUp = false;
  #over = false;

  constructor(connection: Connection, source: OrderedSource, signal: AbortSignal) {
    this.#connection = connection;
    this.#source = source;
    this.#signal = signal;
    this.#nextSeq = source.fromSeq;
    const { stream, window } = source;
    const prepare = (timeoutMs: number): Promise<string> => this.#prepare(timeoutMs);
    this.#pull = new Pull(
      connection,
      { stream, window, prepare, receive: (delivery) => this.#receive(delivery), idle: () => this.#idle() },
      signal,
    );
    const end = (): void => {
      this.#over = true;
      this.#arrived.resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    this.#end = this.#pull.ended.finally(() => {
      end();
      this.#discard();
    });
    this.#end.catch(() => undefined);
  }

  /** What has arrived; undefined at the end. Rejects when there is no going on. */
  async next(): Promise<Item[] | undefined> {
    if (this.#items.length === 0 && !this.#over) await this.#arrived.promise;
    if (this.#over) {
      if (!this.#signal.aborted) await this.#end;
      return undefined;
    }
    const items = this.#items;
    this.#items = [];
    this.#arrived = Promise.withResolvers<void>();
    return items;
  }

  release(): void {
    this.#pull.release();
  }

  async #prepare(timeoutMs: number): Promise<string> {
    this.#discard();
    await this.#refuseRegress(timeoutMs);
    const name = `ordered-${nuid.next()}`;
    const { stream, filters } = this.#source;
    const config = {
      name,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: this.#nextSeq,
      ack_policy: 'none',
      filter_subjects: filters,
      inactive_threshold: INACTIVE_MS * 1e6,
      mem_storage: true,
      num_replicas: 1,
      metadata: { [SERVICE_KEY]: this.#connection.name },
    };
    const pending = await createConsumer(this.#connection, stream, config, timeoutMs);
    this.#consumer = name;
    this.#consumerSeq = 0;
    if (pending === 0) this.#markCaughtUp();
    return name;
  }

  async #refuseRegress(timeoutMs: number): Promise<void> {
    if (this.#nextSeq === 1) return;
    const { stream } = this.#source;
    const info = await callApi<{ state: { last_seq: number } }>(
      this.#connection,
      `STREAM.INFO.${stream}`,
      {},
      timeoutMs,
    );
    if (info.state.last_seq >= this.#nextSeq - 1) return;
    throw new Failure(
      'stream-drift',
      `${stream} ends at ${info.state.last_seq}, before ${this.#nextSeq - 1}, which was read: it was recreated or restored`,
    );
  }

  #receive(delivery: Delivery): void {
    if (delivery.consumer !== this.#consumer) return this.#pull.release();
    if (delivery.consumerSeq !== this.#consumerSeq + 1) {
      this.#pull.release();
      this.#consumer = '';
      return this.#pull.restart();
    }
    this.#consumerSeq++;
    this.#nextSeq = delivery.seq + 1;
    this.#items.push(delivery);
    if (delivery.pending === 0) this.#markCaughtUp();
    this.#arrived.resolve();
  }

  /** What was there at the start may be gone since: whether anything is left is said when the consumer is made anew. */
  #idle(): void {
    if (!this.#caughtUp && this.#consumer !== '') this.#pull.restart();
  }

  #markCaughtUp(): void {
    if (this.#caughtUp) return;
    this.#caughtUp = true;
    this.#items.push(CAUGHT_UP);
    this.#arrived.resolve();
  }

  /** The server would drop the consumer by itself; this is only sooner. */
  #discard(): void {
    if (this.#consumer === '' || this.#connection.status !== 'connected') return;
    this.#connection.nats.publish(`$JS.API.CONSUMER.DELETE.${this.#source.stream}.${this.#consumer}`);
    this.#consumer = '';
  }
}
