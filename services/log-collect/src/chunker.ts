import type { LogPart } from '@lacuna/cluster';
import type { Chunk, Chunking } from './chunk.ts';
import { ReadAhead } from './read-ahead.ts';

/**
 * Regroups a log into chunks worth storing: full ones at once, a started one soon. Who follows sees a line soon, and a talkative program does
 * not cost one message a line. The bytes of a chunk are good until the fourth one after it is asked for.
 */
export async function* chunked(source: AsyncIterable<LogPart>, chunking: Chunking): AsyncGenerator<Chunk> {
  const ahead = new ReadAhead(source, chunking);
  try {
    while (await ahead.untilWorth()) yield ahead.take();
  } finally {
    ahead.stop();
  }
}
