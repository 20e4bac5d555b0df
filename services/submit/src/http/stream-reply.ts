import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';

export interface StreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Written now and then while nothing else is, so that nobody on the way takes the connection for dead. */
  readonly heartbeat?: { readonly everyMs: number; readonly text: string };
}

/** A signal that aborts when the client has gone or the service stops. */
export function untilGone(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, stopping]);
}

/**
 * Sends the head at once, then what comes, no faster than the client reads. When the source fails, the connection is cut: an answer
 * that just ended would look whole.
 */
export async function streamReply(
  reply: FastifyReply,
  source: AsyncIterable<string | Uint8Array>,
  { headers, heartbeat }: StreamOptions,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
  raw.flushHeaders();
  const beating = heartbeat && setInterval(() => raw.writableNeedDrain || raw.write(heartbeat.text), heartbeat.everyMs);
  try {
    await pipeline(source, raw);
  } finally {
    clearInterval(beating);
  }
}
