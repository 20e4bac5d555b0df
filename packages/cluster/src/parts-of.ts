import type { LogPart } from './outcomes.ts';

/** The log of a source that knows offsets: bytes, and nothing to say about them. */
export async function* partsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LogPart> {
  for await (const piece of bytes) yield { bytes: piece };
}
