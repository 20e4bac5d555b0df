import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { storageError } from '@lacuna/messaging';
import type { NatsServer } from '@lacuna/servers';

const EVERY_MS = 2_000;
/** Two blocks of a stream's file: less would be full again at once. */
const ROOM_MIB = 16;

/**
 * Watches over a nats-server until it has ended. One that stores nothing any more, as after a full disk, is ended as soon as there is room:
 * it takes something again only after a start. Until then what it holds can be read.
 */
export async function endWhenWritable(server: NatsServer, folder: string, say: (line: string) => void): Promise<void> {
  const ended = new AbortController();
  void server.exited.then(() => ended.abort());
  for (let isTold = false; await passes(EVERY_MS, ended.signal);) {
    const error = await storageError(server.monitorUrl, ended.signal);
    if (error === undefined) continue;
    if (!isTold)
      say(`nats-server stores nothing (${error}); it is started again when ${folder} has ${ROOM_MIB} MiB free`);
    isTold = true;
    if (await hasRoom(folder)) return server.stop();
  }
}

/** False when the signal aborts before. */
function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal, ref: false }).catch(() => false);
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= ROOM_MIB * 1_048_576;
  } catch {
    // It is not there at the moment; a start could not make it either.
    return false;
  }
}
