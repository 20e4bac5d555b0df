import { setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '@lacuna/service-kit';
import type { ServerExit } from '@lacuna/servers';

interface Server extends AsyncDisposable {
  readonly exited: Promise<ServerExit>;
}

/** A server that held this long counts as sound again. Milliseconds. */
const SOUND_AFTER_MS = 30_000;
/** The pause before the second start in a row; each further one is twice as long, up to the longest. Milliseconds. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Keeps a local server running on the same data and ports: a nats-server or Jaeger that is killed costs a pause and nothing else. One that
 * can't be started again, as on a full disk, is tried as long as the platform lives: services wait for it, and it comes back when it can.
 * `current` gives the one that runs now, or ran last.
 */
export async function supervised<S extends Server>(
  name: string,
  start: (previous?: S) => Promise<S>,
  say: (line: string) => void,
): Promise<{ readonly server: S; readonly current: () => S; readonly resource: Resource }> {
  const server = await start();
  let current = server;
  const stopping = new AbortController();
  const { signal } = stopping;
  const keep = async (): Promise<void> => {
    for (let failures = 0; ; failures++) {
      const since = performance.now();
      const exit = await current.exited;
      if (signal.aborted) return;
      if (performance.now() - since > SOUND_AFTER_MS) failures = 0;
      say(`${name} ended (${exit.signal ?? `exit code ${exit.code}`}); starting it again`);
      current = await startAgain(name, () => start(current), { failures, say, signal });
      if (signal.aborted) return await current[Symbol.asyncDispose]();
    }
  };
  // It ends by the signal alone.
  const kept = keep().catch(() => undefined);
  const close = async (): Promise<void> => {
    stopping.abort();
    await current[Symbol.asyncDispose]();
    await kept;
  };
  return { server, current: () => current, resource: { [Symbol.asyncDispose]: close } };
}

/** Tries until it starts, and says once why it does not. Throws when the signal aborts. */
async function startAgain<S>(
  name: string,
  start: () => Promise<S>,
  {
    failures: before,
    say,
    signal,
  }: { readonly failures: number; readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<S> {
  for (let failures = before; ; failures++) {
    if (failures > 0) await delay(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (failures - 1)), undefined, { signal });
    try {
      return await start();
    } catch (error) {
      signal.throwIfAborted();
      const [why] = (error as Error).message.split('\n');
      if (failures === before) say(`${name} can't be started again, and is tried until it can: ${why}`);
    }
  }
}
