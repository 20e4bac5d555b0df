import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/** Several sources as one, in the order in which they tell; a slow reader slows all of them. Ends with the last source, or with the signal. */
export async function* merge<T>(sources: readonly AsyncIterable<T>[], signal: AbortSignal): AsyncGenerator<T> {
  const lane = new PassThrough({ objectMode: true });
  const pump = async (source: AsyncIterable<T>): Promise<void> => {
    for await (const item of source) {
      // After the abort the lane has ended, and a source may still have something to say.
      if (signal.aborted) return;
      if (!lane.write(item)) await once(lane, 'drain', { signal });
    }
  };
  const end = (): void => void lane.end();
  signal.addEventListener('abort', end, { once: true });
  const pumping = Promise.all(sources.map(pump)).then(end, (error: unknown) => {
    lane.destroy(signal.aborted ? undefined : (error as Error));
  });
  try {
    for await (const item of lane) yield item as T;
  } finally {
    signal.removeEventListener('abort', end);
    lane.destroy();
    void pumping;
  }
}
