import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Regroups a stream of bytes into chunks worth storing: full ones at once, a started one when nothing more came for `idleMs`.
 * A reader that follows sees a line soon, and a talkative program does not cost one message a line.
 */
export async function* chunked(source: AsyncIterable<Uint8Array>, idleMs: number): AsyncIterable<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let pending: Uint8Array[] = [];
  let size = 0;
  let next = iterator.next();
  try {
    for (;;) {
      const timer = new AbortController();
      const arrived = size === 0 ? await next : await Promise.race([next, idle(idleMs, timer.signal)]);
      timer.abort();
      if (arrived !== 'idle' && arrived.done !== true) {
        pending.push(arrived.value);
        size += arrived.value.byteLength;
        next = iterator.next();
        if (size < MAX_CHUNK_BYTES) continue;
      }
      if (size > 0) yield* pieces(Buffer.concat(pending, size));
      pending = [];
      size = 0;
      if (arrived !== 'idle' && arrived.done === true) return;
    }
  } finally {
    // Not awaited: a source that hangs in a read would hold its reader here.
    next.catch(() => undefined);
    iterator.return?.().catch(() => undefined);
  }
}

function idle(ms: number, signal: AbortSignal): Promise<'idle'> {
  return sleep(ms, 'idle' as const, { signal }).catch(() => 'idle' as const);
}

function* pieces(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += MAX_CHUNK_BYTES) yield bytes.subarray(at, at + MAX_CHUNK_BYTES);
}
