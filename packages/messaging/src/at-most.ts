/** Waits for something that a frozen server may never answer, but no longer than so many milliseconds. Does not reject. */
export async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, ms);
  await Promise.race([promise.catch(() => undefined), limit.promise]);
  clearTimeout(timer);
}
