import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** As for every connection of ours. Milliseconds. */
const CONNECT_WITHIN_MS = 10_000;
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 15_000 } as const;
const IGNORE = (): void => undefined;

/** A connection to an `https` server. Rejects when none came about within ten seconds, or `signal` aborts before that. */
export async function openTls(url: URL, options: ConnectionOptions, signal: AbortSignal): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const servername = isIP(host) === 0 ? host : '';
  const socket = connect({ host, port: Number(url.port) || 443, servername, ...KEEP_ALIVE, ...options });
  const stop = (): void => void socket.destroy(signal.reason as Error);
  const late = new Error(`no connection within ${CONNECT_WITHIN_MS} ms`);
  const timer = setTimeout(() => socket.destroy(late), CONNECT_WITHIN_MS);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await once(socket.on('error', IGNORE), 'secureConnect');
    return socket;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
