import type { ApiObject } from './api-objects.ts';
import { withoutFieldOwners } from './without-field-owners.ts';

/** One line of a watch. An `ERROR` carries a `Status` instead of an object. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject & { readonly code?: number; readonly message?: string };
}

/** Ten times what etcd stores as one object by default (1.5 MiB): whatever is longer is no object. */
const MAX_LINE = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The events in a watch's body, however its bytes are cut. Throws on a line that is no JSON, on a last line without its newline, and on one
 * without end: an event that cannot be read is a break, never skipped.
 */
export async function* watchLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield eventOf(Buffer.concat([...parts, chunk.subarray(start, end)]));
      parts = [];
      length = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE) throw new Error(`a line of the watch is longer than ${MAX_LINE} bytes`);
  }
  if (length > 0) throw new Error(`the watch was cut in a line, after ${length} bytes of it`);
}

function eventOf(line: Buffer): WatchEvent {
  const event = JSON.parse(withoutFieldOwners(line)) as Partial<WatchEvent> | null;
  if (event?.type === undefined || typeof event.object !== 'object' || event.object === null)
    throw new Error('a line of the watch is no event');
  return event as WatchEvent;
}
