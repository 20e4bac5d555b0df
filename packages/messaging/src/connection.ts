import { createInbox, ErrorCode, Events, NatsError, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { Failure } from '@lacuna/contracts';
import { atMost } from './at-most.ts';
import { inboxPrefix } from './dial.ts';
import { NoAnswer } from './no-answer.ts';
import { Replies, type Question } from './replies.ts';

/** `reconnecting` is temporary; `closed` is for good. */
export type ConnectionStatus = 'connected' | 'reconnecting' | 'closed';

/** What is still to be sent when the connection is closed has this long. Milliseconds. */
const CLOSE_WITHIN_MS = 2_000;
/** What an answer may take once the process is to stop: a server that works needs milliseconds, and a stop may take ten seconds. */
const HURRY_MS = 2_000;

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
  /** Aborted a moment after the process was told to stop: what is not answered from then on is given up. */
  readonly hurried: AbortSignal;
  #status: ConnectionStatus = 'connected';
  readonly #onReconnect = new Set<() => void>();
  readonly #replies: Replies;

  /** `stop`: aborted when the process is to stop. */
  constructor(nats: NatsConnection, name: string, stop?: AbortSignal) {
    this.nats = nats;
    this.name = name;
    this.#replies = new Replies(nats, this.newInbox());
    const hurried = new AbortController();
    this.hurried = hurried.signal;
    const hurry = (): void => {
      setTimeout(() => hurried.abort(), HURRY_MS).unref();
      // Behind it, so that what times out then is not asked once more.
      this.#replies.hurry(HURRY_MS);
    };
    if (stop?.aborted === true) hurry();
    else stop?.addEventListener('abort', hurry, { once: true });
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
  request(subject: string, payload: Uint8Array | string, timeoutMs: number, headers?: MsgHdrs): Promise<Msg> {
    return this.#ask({ subject, payload, timeoutMs, headers });
  }

  /** One request, many replies, until `isLast` says that one is the last, which is returned. Throws as `request` does. */
  gather(subject: string, payload: string, timeoutMs: number, isLast: (reply: Msg) => boolean): Promise<Msg> {
    return this.#ask({ subject, payload, timeoutMs, isLast });
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

  async #ask(question: Question): Promise<Msg> {
    const { subject } = question;
    if (this.#status !== 'connected') throw this.#broken(subject);
    try {
      return await this.#replies.ask(question);
    } catch (error) {
      throw translated(error, subject);
    }
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
    if (status === 'connected') for (const listener of this.#onReconnect) listener();
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
