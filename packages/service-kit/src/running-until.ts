import type { RunningService } from './service-definition.ts';

/**
 * A running service made of loops that end when the stop begins. Closing it waits for them; a loop that ends by throwing is a service
 * that can't go on.
 */
export function runningUntil(loops: readonly Promise<unknown>[]): RunningService {
  const done = Promise.all(loops).then(() => undefined);
  const closed = Promise.withResolvers<Error | undefined>();
  done.catch((error: unknown) => closed.resolve(error instanceof Error ? error : new Error(String(error))));
  return { closed: closed.promise, [Symbol.asyncDispose]: () => done.catch(() => undefined) };
}
