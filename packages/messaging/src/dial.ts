import { setTimeout as delay } from 'node:timers/promises';
import { connect, ErrorCode, NatsError, type NatsConnection } from 'nats';
import { Failure } from '@lacuna/contracts';
import { backoff } from './backoff.ts';
import { authenticatorOf, type Credentials } from './credentials.ts';

/** Where to connect, as whom. */
export interface DialOptions {
  /** `host:port` or `nats://host:port`; any of them will do. */
  readonly servers: readonly string[];
  /** The service's name: shown by the server, and the prefix of its inbox (`_INBOX_<name>`), so that permissions can tell services apart. */
  readonly name: string;
  readonly credentials?: Credentials;
  /** Aborted when the process is to stop: gives up the first connection, and later what is not answered soon. An established one never gives up by itself. */
  readonly signal?: AbortSignal;
}

/** For one attempt, the first and each later one. */
const DIAL_WITHIN_MS = 5_000;

const REFUSED: readonly string[] = [ErrorCode.AuthorizationViolation, ErrorCode.BadAuthentication, ErrorCode.BadCreds];

/**
 * Connects, waiting for the server as long as it takes: services start in any order. Refused credentials end it at once with
 * `Failure('invalid-config')`. The client's own waiting can't be aborted, hence this loop.
 */
export async function dial(options: DialOptions): Promise<NatsConnection> {
  for (let failures = 0; ; failures++) {
    options.signal?.throwIfAborted();
    try {
      return await connect(clientOptions(options));
    } catch (cause) {
      if (cause instanceof NatsError && REFUSED.includes(cause.code))
        throw new Failure('invalid-config', `NATS refuses the credentials of ${options.name}`, { cause });
      const stop = options.signal && { signal: options.signal };
      await delay(backoff(failures, 50, 1_000), undefined, stop).catch(() => undefined);
    }
  }
}

/** What the subjects of replies to a service begin with. */
export function inboxPrefix(name: string): string {
  return `_INBOX_${name}`;
}

function clientOptions(options: DialOptions): Parameters<typeof connect>[0] {
  return {
    servers: [...options.servers],
    name: options.name,
    inboxPrefix: inboxPrefix(options.name),
    // The default gives up for ever after ten attempts, and iterators then end without an error.
    maxReconnectAttempts: -1,
    timeout: DIAL_WITHIN_MS,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // A frozen server is noticed within 30 s; the default needs 4 to 6 minutes.
    pingInterval: 10_000,
    maxPingOut: 2,
    ignoreClusterUpdates: true,
    // Two stack traces a request cost more than the request.
    noAsyncTraces: true,
    ...(options.credentials ? { authenticator: authenticatorOf(options.credentials) } : {}),
  };
}
