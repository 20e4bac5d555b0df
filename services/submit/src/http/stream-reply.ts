import { pipeline } from 'node:stream/promises';
import { Failure } from '@lacuna/contracts';
import type { FastifyReply } from 'fastify';

export interface StreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Written now and then while nothing else is, so that nobody on the way takes the connection for dead. */
  readonly heartbeat?: { readonly everyMs: number; readonly text: string };
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  /** A client that takes nothing for this long, in milliseconds, is cut off: what it was not sent is held here meanwhile. Five minutes unless told. */
  readonly stalledMs?: number;
  /** Told when the source fails. */
  readonly onCut: (error: unknown) => void;
}

/** A stream that has to end because the service stops is given this long to reach its client, which may not be reading. */
const LINGER_MS = 500;

/** Somebody who pages through a log may well stop for a while; our own client goes on where it was cut off. */
const STALLED_MS = 300_000;

/** A signal that aborts when the client has gone or the service stops. */
export function untilGone(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  else reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, stopping]);
}

/**
 * Sends the head at once, then what comes, no faster than the client reads. When the source fails, the connection is cut: an answer
 * that just ended would look whole. The answer to a `HEAD` is the head, and reads nothing of the source.
 */
export async function streamReply(
  reply: FastifyReply,
  source: AsyncIterable<string | Uint8Array>,
  { headers, heartbeat, stopping, stalledMs = STALLED_MS, onCut }: StreamOptions,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
  if (reply.request.method === 'HEAD') return void raw.end();
  raw.flushHeaders();
  raw.setTimeout(stalledMs, () => {
    if (!raw.writableNeedDrain) return;
    onCut(new Failure('overloaded', `the client took nothing for ${stalledMs / 1_000} s`));
    raw.destroy();
  });
  const beat = (): unknown => raw.writableEnded || raw.writableNeedDrain || raw.write(heartbeat?.text);
  const beating = heartbeat && setInterval(beat, heartbeat.everyMs);
  let lingering: NodeJS.Timeout | undefined;
  const linger = (): void => void (lingering = setTimeout(() => raw.destroy(), LINGER_MS));
  stopping.addEventListener('abort', linger);
  try {
    await pipeline(source, raw);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') onCut(error);
  } finally {
    stopping.removeEventListener('abort', linger);
    clearTimeout(lingering);
    clearInterval(beating);
  }
}
