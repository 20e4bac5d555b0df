import { setTimeout as delay } from 'node:timers/promises';
import { storageError } from '@lacuna/messaging';
import type { Resource } from './lifecycle.ts';

/** How often the server is asked, in milliseconds; half of the time after which a kubelet asks us again. */
const EVERY_MS = 5_000;

interface StorageWatch extends Resource {
  /** True as far as is known, or why not and what to do. */
  readonly stores: () => true | string;
}

/** Asks a NATS server, by its monitoring, whether it still stores what it is given. */
export function watchStorage(monitoringUrl: string): StorageWatch {
  const stop = new AbortController();
  let error: string | undefined;
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      error = await storageError(monitoringUrl, stop.signal);
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
  return `it stores nothing (${error}); make room there, then start nats-server again, which lacuna up does by itself with its own`;
}
