import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import type { Credentials } from './credentials.ts';
import { Http2Connections } from './http2-connections.ts';

/**
 * Three ways to the API server over HTTP/1.1, so that none waits for another: short calls over a few kept connections, watches, and logs.
 * A watch is silent between bookmarks. A log's headers come only with its first byte: the kubelet sends none for a container that is silent.
 */
const LANES = {
  api: { connections: 32, headersTimeout: 30_000, bodyTimeout: 30_000 },
  watch: { connections: null, headersTimeout: 30_000, bodyTimeout: 0 },
  logs: { connections: null, headersTimeout: 0, bodyTimeout: 0 },
} as const satisfies Record<string, Agent.Options>;

export type Lane = keyof typeof LANES;
type Connect = NonNullable<Agent.Options['connect']>;

const CONNECT = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 } as const;

interface Kept {
  readonly agent: Agent;
  /** By `performance.now()`. */
  readonly since: number;
}

/** Kept connections, as long as the TLS material stays the same; a rotated certificate gets new ones, and the old end their work. */
export class Lanes {
  readonly #kept = new Map<Lane, Kept>();
  readonly #server: URL;
  readonly #pingMs: number;
  #streams: Http2Connections | undefined;
  #tlsKey: string | undefined;

  /** `pingMs`: see `Timings.pingMs`. */
  constructor(server: URL, pingMs: number) {
    this.#server = server;
    this.#pingMs = pingMs;
  }

  /** A fourth way, over HTTP/2: for what is broken off, which costs a connection of HTTP/1.1, with its handshake at both ends. */
  streams(credentials: Credentials): Http2Connections {
    this.#useKey(credentials);
    this.#streams ??= new Http2Connections(this.#server, credentials.tls, this.#pingMs);
    return this.#streams;
  }

  dispatcher(lane: Lane, credentials: Credentials): Dispatcher {
    this.#useKey(credentials);
    const { tls } = credentials;
    const kept = this.#kept.get(lane) ?? { agent: newAgent(lane, tls), since: performance.now() };
    this.#kept.set(lane, kept);
    return kept.agent;
  }

  /** Uses the connections made before `until` for nothing new; what is under way on them goes on. */
  renew(lane: Lane, until = Infinity): void {
    const kept = this.#kept.get(lane);
    if (kept === undefined || kept.since > until) return;
    this.#kept.delete(lane);
    void kept.agent.close();
  }

  /** Breaks what is under way. */
  async destroy(): Promise<void> {
    this.#streams?.destroy();
    await Promise.all([...this.#kept.values()].map(({ agent }) => agent.destroy()));
  }

  #useKey({ tlsKey }: Credentials): void {
    if (tlsKey === this.#tlsKey) return;
    for (const old of this.#kept.keys()) this.renew(old);
    this.#streams?.close();
    this.#streams = undefined;
    this.#tlsKey = tlsKey;
  }
}

function newAgent(lane: Lane, tls: Credentials['tls']): Agent {
  // A Go server keeps idle connections for minutes; undici's own 4 s would make a new TLS handshake of every other Job.
  const kept = { allowH2: false, keepAliveTimeout: 30_000 };
  // Else the certificates would be parsed for each connection.
  const secureContext = createSecureContext(tls);
  return new Agent({ ...LANES[lane], ...kept, connect: { ...tls, ...CONNECT, secureContext } as Connect });
}
