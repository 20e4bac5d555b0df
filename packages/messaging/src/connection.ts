import { createInbox, ErrorCode, Events, NatsError, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { Failure } from '@lacuna/contracts';
import { atMost } from './at-most.ts';
import { inboxPrefix } from './dial.ts';
import { NoAnswer } from './no-answer.ts';
import { Replies } from './replies.ts';

/** `reconnecting` is temporary; `closed` is for good. */
export type ConnectionStatus = 'connected' | 'reconnecting' | 'closed';

const CLOSE_WITHIN_MS = 2_000;

/**
 * A NATS connection that says at once what it does not know. The client drops what is sent while it is disconnected, without
 * an error, and lets requests run into their timeout; here every open request ends with `NoAnswer` when the connection breaks.
 */
export class Connection implements AsyncDisposable {
  readonly nats: NatsConnection;
  /** Who we are: the name given at connect. */
  readonly name: string;
  /** Aborted when the connection is closed for good. */
  readonly ended: AbortSignal;
  /** Resolves when the connection is closed for good, with the error if it was not our own doing. */
  readonly closed: Promise<Error | undefined>;
  #status: ConnectionStatus = 'connected';
  readonly #onBreak = new Set<() => void>();
  readonly #onReconnect = new Set<() => void>();
  readonly #replies: Replies;

  constructor(nats: NatsConnection, name: string) {
    this.nats = nats;
    this.name = name;
    this.#replies = new Replies(nats, this.newInbox());
    const ended = new AbortController();
    this.ended = ended.signal;
    this.closed = nats.closed().then((error) => {
      this.#become('closed');
      ended.abort(new Failure('overloaded', 'the NATS connection is closed', { cause: error }));
      return error instanceof Error ? error : undefined;
    });
    void this.#watch();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** One request, one reply. Throws `NoAnswer`, or a `Failure` when asking again can't help. */
  async request(subject: string, payload: Uint8Array | string, timeoutMs: number, headers?: MsgHdrs): Promise<Msg> {
    if (this.#status !== 'connected') throw this.#broken(subject);
    try {
      return await this.#replies.ask({ subject, payload, timeoutMs, headers });
    } catch (error) {
      throw translated(error, subject);
    }
  }

  /** One request, many replies, each handed to `receive` until it returns true. Throws as `request` does. */
  gather(subject: string, payload: string, timeoutMs: number, receive: (reply: Msg) => boolean): Promise<void> {
    return this.#unlessBroken(subject, () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const inbox = this.newInbox();
      const subscription = this.nats.subscribe(inbox, {
        callback: (error, reply) => {
          if (error !== null) reject(error);
          else if (reply.headers?.code === 503) reject(new NoAnswer('no-responders', subject));
          // A callback that throws would take the connection's reader down with it: `receive` must not.
          else if (receive(reply)) resolve();
        },
      });
      const timer = setTimeout(() => reject(new NoAnswer('timeout', subject)), Math.max(1, timeoutMs));
      this.nats.publish(subject, payload, { reply: inbox });
      return promise.finally(() => {
        clearTimeout(timer);
        subscription.unsubscribe();
      });
    });
  }

  /** A subject for replies to us and nobody else. */
  newInbox(): string {
    return createInbox(inboxPrefix(this.name));
  }

  /** Calls back after each reconnect, when the subscriptions are in place again; returns how to stop that. */
  onReconnect(listener: () => void): () => void {
    this.#onReconnect.add(listener);
    return () => this.#onReconnect.delete(listener);
  }

  /** Sends what is still to be sent, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#status === 'connected') await atMost(CLOSE_WITHIN_MS, this.nats.drain());
    await this.nats.close();
    await this.closed;
  }

  #unlessBroken<T>(subject: string, ask: () => Promise<T>): Promise<T> {
    if (this.#status !== 'connected') return Promise.reject(this.#broken(subject));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const broken = (): void => reject(this.#broken(subject));
    this.#onBreak.add(broken);
    ask().then(resolve, (error: unknown) => reject(translated(error, subject)));
    return promise.finally(() => this.#onBreak.delete(broken));
  }

  #broken(subject: string): NoAnswer {
    return new NoAnswer(this.#status === 'closed' ? 'closed' : 'disconnected', subject);
  }

  async #watch(): Promise<void> {
    for await (const { type, permissionContext } of this.nats.status()) {
      if (type === Events.Disconnect) this.#become('reconnecting');
      if (type === Events.Reconnect) this.#become('connected');
      if (permissionContext?.operation === 'publish') this.#refuse(permissionContext.subject);
    }
  }

  /** The server says so beside the request, which would otherwise wait for its reply in vain. */
  #refuse(subject: string): void {
    this.#replies.end(subject, NatsError.errorForCode(ErrorCode.PermissionsViolation));
  }

  #become(status: ConnectionStatus): void {
    if (this.#status === 'closed') return;
    this.#status = status;
    if (status !== 'connected') this.#replies.endAll((subject) => this.#broken(subject));
    const listeners = status === 'connected' ? this.#onReconnect : this.#onBreak;
    for (const listener of listeners) listener();
  }
}

function translated(error: unknown, subject: string): unknown {
  if (!(error instanceof NatsError)) return error;
  switch (error.code) {
    case ErrorCode.ConnectionClosed as string:
    case ErrorCode.ConnectionDraining as string:
      return new NoAnswer('closed', subject);
    case ErrorCode.MaxPayloadExceeded as string:
      return new Failure('too-large', `the message for ${subject} is over the server's limit`, { cause: error });
    case ErrorCode.PermissionsViolation as string:
      return new Failure('invalid-config', `the NATS user may not use ${subject}`, { cause: error });
    default:
      return error;
  }
}
