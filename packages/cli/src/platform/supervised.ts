import type { Resource } from '@lacuna/service-kit';
import type { ServerExit } from '@lacuna/servers';

interface Server extends AsyncDisposable {
  readonly exited: Promise<ServerExit>;
}

/** A server that ends without being told to is started again; one that ends this often in a row is given up. */
const MAX_RESTARTS_IN_A_ROW = 5;
/** A server that held this long counts as sound again. Milliseconds. */
const SOUND_AFTER_MS = 30_000;

/**
 * Keeps a local server running on the same data and ports: a nats-server or Jaeger that is killed costs a pause and nothing else.
 * `current` gives the one that runs now. `closed` resolves when it can't be kept up, and the platform with it.
 */
export async function supervised<S extends Server>(
  name: string,
  start: (previous?: S) => Promise<S>,
  say: (line: string) => void,
): Promise<{ readonly server: S; readonly current: () => S; readonly resource: Resource }> {
  let current = await start();
  let stopping = false;
  const server = current;
  const closed = Promise.withResolvers<Error | undefined>();
  const keep = async (): Promise<void> => {
    for (let failures = 0; failures < MAX_RESTARTS_IN_A_ROW;) {
      const since = performance.now();
      const exit = await current.exited;
      if (stopping) return;
      failures = performance.now() - since > SOUND_AFTER_MS ? 0 : failures + 1;
      say(`${name} ended (${exit.signal ?? `exit code ${exit.code}`}); starting it again`);
      current = await start(current);
    }
    throw new Error(`${name} ended ${MAX_RESTARTS_IN_A_ROW} times in a row`);
  };
  void keep().catch((error: unknown) => closed.resolve(error instanceof Error ? error : new Error(String(error))));
  const close = async (): Promise<void> => {
    stopping = true;
    await current[Symbol.asyncDispose]();
  };
  return { server, current: () => current, resource: { closed: closed.promise, [Symbol.asyncDispose]: close } };
}
