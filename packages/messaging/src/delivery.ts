import type { Msg } from 'nats';
import { fromHeaders, type Headers } from './headers.ts';
import { timeOfNanos } from './precise-time.ts';

const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const NAK = encoder.encode('-NAK');
const WORKING = encoder.encode('+WPI');

/** Whether a message was delivered by a consumer; a status of a pull was not. */
export function isDelivery(message: Msg): boolean {
  return message.reply?.startsWith('$JS.ACK.') === true;
}

/**
 * A message delivered by a consumer. Its place is in the reply subject: `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.
 * <consumer seq>.<time>.<pending>`, with a domain and an account hash before the stream in the newer form.
 * Acknowledgements are sent without waiting: one that gets lost means a redelivery, and handlers are idempotent.
 */
export class Delivery {
  readonly consumer: string;
  /** 1 for the first. */
  readonly deliveries: number;
  readonly seq: number;
  readonly consumerSeq: number;
  readonly storedAt: number;
  /** How many more the consumer has after this one. */
  readonly pending: number;
  readonly #message: Msg;

  constructor(message: Msg) {
    this.#message = message;
    const tokens = (message.reply ?? '').split('.');
    const stream = tokens.length > 9 ? 4 : 2;
    this.consumer = tokens[stream + 1] ?? '';
    this.deliveries = Number(tokens[stream + 2]);
    this.seq = Number(tokens[stream + 3]);
    this.consumerSeq = Number(tokens[stream + 4]);
    this.storedAt = timeOfNanos(tokens[stream + 5] ?? '');
    this.pending = Number(tokens[stream + 6]);
  }

  get subject(): string {
    return this.#message.subject;
  }

  get bytes(): Uint8Array {
    return this.#message.data;
  }

  get headers(): Headers {
    return fromHeaders(this.#message.headers);
  }

  /** Done. */
  ack(): void {
    this.#message.respond(ACK);
  }

  /** Not done: again, after a delay in milliseconds. */
  nak(delayMs = 0): void {
    const delay = Math.round(delayMs * 1_000_000);
    this.#message.respond(delay > 0 ? encoder.encode(`-NAK {"delay":${delay}}`) : NAK);
  }

  /** Still at it: starts the time to the next redelivery anew. */
  working(): void {
    this.#message.respond(WORKING);
  }

  /** Never again. */
  term(reason: string): void {
    this.#message.respond(encoder.encode(`+TERM ${reason}`));
  }
}
