import { createSecureContext, type ConnectionOptions } from 'node:tls';
import type { Credentials } from './credentials.ts';
import { Http2Connection, type Http2Response } from './http2-connection.ts';

/** As many connections to one server as its requests need, so that none waits for another. */
export class Http2Connections {
  readonly #url: URL;
  readonly #tls: ConnectionOptions;
  readonly #pingMs: number;
  readonly #connections = new Set<Http2Connection>();
  readonly #closed = new AbortController();
  /** Stays when it has told that the server does not speak HTTP/2. */
  #opening: Promise<Http2Connection | undefined> | undefined;

  /** `pingMs`: see `Timings.pingMs`. */
  constructor(url: URL, tls: Credentials['tls'], pingMs: number) {
    this.#url = url;
    // Else the certificates would be parsed for each connection.
    this.#tls = { ...tls, secureContext: createSecureContext(tls) };
    this.#pingMs = pingMs;
  }

  /** Undefined when the server does not speak HTTP/2. Rejects when the response did not begin. */
  async get(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Http2Response | undefined> {
    if (this.#url.protocol !== 'https:') return undefined;
    for (;;) {
      signal.throwIfAborted();
      const free = this.#withRoom();
      if (free !== undefined) return free.get(path, headers, signal);
      const opened = await (this.#opening ??= this.#open());
      if (opened === undefined) return undefined;
      // It was there, and is full already: so each turn has brought others forward.
      if (!opened.isOpen) throw new Error('other side closed');
    }
  }

  /** For when nothing new is asked of it. What is under way goes on. */
  close(): void {
    this.#closed.abort(new Error('the connection is no longer used'));
    for (const connection of this.#connections) connection.close();
  }

  /** Breaks what is under way. */
  destroy(): void {
    this.close();
    for (const connection of this.#connections) connection.destroy(new Error('the cluster was closed'));
  }

  #withRoom(): Http2Connection | undefined {
    for (const connection of this.#connections) {
      if (!connection.isOpen) this.#connections.delete(connection);
      else if (connection.hasRoom) return connection;
    }
    return undefined;
  }

  async #open(): Promise<Http2Connection | undefined> {
    try {
      const opened = await Http2Connection.open(this.#url, this.#tls, this.#pingMs, this.#closed.signal);
      if (opened === undefined) return undefined;
      this.#connections.add(opened);
      this.#opening = undefined;
      return opened;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
