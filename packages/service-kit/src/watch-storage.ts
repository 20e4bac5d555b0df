import { setTimeout as delay } from 'node:timers/promises';
import { storageError } from '@lacuna/messaging';
import type { Resource } from './lifecycle.ts';

/** How often the server is asked, in milliseconds; half of the time after which a kubelet asks us again. */
const EVERY_MS = 5_000;
/** So often in a row it has to say so: servers that vote for another leader say it for some seconds, and go on meanwhile. */
const LOOKS = 3;

interface StorageWatch extends Resource {
  /** True as far as is known, or why not and what to do. */
  readonly stores: () => true | string;
}

/** Asks a NATS server, by its monitoring, whether it still stores what it is given. */
export function watchStorage(monitoringUrl: string): StorageWatch {
  const stop = new AbortController();
  let error: string | undefined;
  let looks = 0;
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const found = await storageError(monitoringUrl, stop.signal);
      looks = found === undefined ? 0 : looks + 1;
      error = looks < LOOKS ? undefined : found;
      await delay(EVERY_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  const watched = watch();
  return {
    stores: () => error === undefined || adviceOn(error),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watched;
    },
  };
}

function adviceOn(error: string): string {
  return `it stores nothing (${error}); make room there, then start nats-server again, of a cluster each server that has given up; lacuna up does so by itself with its own`;
}
