import { Failure, RETRY_AFTER_MS } from '@lacuna/contracts';

/** The outcome of some work, or `Failure('overloaded')` when there is none in time. The work itself goes on. `who`: whom it waits for. */
export async function within<T>(ms: number, work: Promise<T>, who = 'NATS'): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(new Failure('overloaded', `${who} did not answer within ${ms} ms`, { retryAfterMs: RETRY_AFTER_MS })),
    ms,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
