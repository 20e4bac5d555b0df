import { describe, expect, test } from 'vitest';
import { watchLines, type WatchEvent } from '../src/watch-lines.ts';

async function read(chunks: readonly Uint8Array[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchLines(streamOf(chunks))) events.push(event);
  return events;
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(chunks);
}

const event = (name: string) => ({ type: 'ADDED', object: { metadata: { name } } });
const bytes = (...events: readonly object[]) => Buffer.from(events.map((each) => `${JSON.stringify(each)}\n`).join(''));

describe('W6: the events of a watch are the same however its bytes are cut', () => {
  test.each([1, 2, 7, 1_000])('into pieces of %i', async (size) => {
    const events = [event('one'), event('zwölf 🦊'), event('x'.repeat(3_000))];
    const all = bytes(...events);
    const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
      all.subarray(i * size, (i + 1) * size),
    );
    expect(await read(pieces)).toEqual(events);
  });

  test('and an object of 2 MB is one event', async () => {
    const [told] = await read([bytes(event('x'.repeat(2_000_000)))]);
    expect(told?.object.metadata?.name).toHaveLength(2_000_000);
  });
});

test.each([
  ['a line that was cut', '{"type":"ADDED","obj', 'cut in a line'],
  ['a whole object without its newline', JSON.stringify(event('one')), 'cut in a line'],
  ['a line that is no JSON', '<html>\n', 'JSON'],
  ['a line that is no event', '{"kind":"Status"}\n', 'no event'],
  ['a line about nothing', '{"type":"ADDED","object":null}\n', 'no event'],
])('%s is a break and never skipped', async (_, text, message) => {
  await expect(read([Buffer.from(text)])).rejects.toThrow(message);
});
