import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@lacuna/messaging';

type Asked = Pick<Bus, 'logStoreState' | 'status'>;

/** A server that is well answers within milliseconds. Milliseconds. */
const TELLS_AFTER_MS = 3_000;
const ASKS_EVERY_MS = 1_000;

/**
 * Tells on stderr, once, that a NATS server says nothing though it is connected: a frozen one is only found out by its connection after half a
 * minute. Asks until it is disposed.
 */
export function warnOfSilence(bus: Asked): Disposable {
  const over = new AbortController();
  void listen(bus, over.signal).catch(() => undefined);
  return { [Symbol.dispose]: () => over.abort() };
}

async function listen(bus: Asked, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answered = new AbortController();
    const tell = async (): Promise<void> => {
      await delay(TELLS_AFTER_MS, undefined, { signal: AbortSignal.any([signal, answered.signal]) });
      // What came while this process itself stood still is looked at first.
      await immediate();
      // That it went away is told by whoever gives it up.
      if (bus.status === 'connected' && !answered.signal.aborted)
        process.stderr.write('the NATS server does not answer; it is waited for (Ctrl-C ends it)\n');
    };
    const isSilent = await Promise.race([bus.logStoreState().then(() => false), tell().then(() => true)]);
    answered.abort();
    if (isSilent) return;
    await delay(ASKS_EVERY_MS, undefined, { signal });
  }
}
