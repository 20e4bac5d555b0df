/** The same items, the first of them already here; rejects when there is none because the source failed. */
export async function startedStream<T>(
  items: AsyncGenerator<T, void, undefined>,
): Promise<AsyncGenerator<T, void, undefined>> {
  const first = await items.next();
  return (async function* () {
    try {
      if (first.done === true) return;
      yield first.value;
      yield* items;
    } finally {
      await items.return();
    }
  })();
}
