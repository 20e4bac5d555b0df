import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { parseEventStream, type EventStreamMessage } from '../src/parse-event-stream.ts';

async function parse(...chunks: (string | Uint8Array)[]): Promise<EventStreamMessage[]> {
  return Array.fromAsync(parseEventStream(bytes(chunks)));
}

async function* bytes(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe('an event stream', () => {
  test('has events of a type, with data of several lines, and keeps the last id', async () => {
    const text = 'event: submitted\nid: 4\ndata: a\ndata:  b\n\ndata\n\n: comment\nretry: 5\n\nevent: x\n\n';
    expect(await parse(text)).toEqual([
      { id: '4', event: 'submitted', data: 'a\n b' },
      { id: '4', event: 'message', data: '' },
    ]);
  });

  test('reads the same wherever the network cuts it, with any line ending and characters of several bytes', async () => {
    const whole = Buffer.from('id: 1\r\ndata: größe ✔\r\n\r\nid: 2\rdata: zwei\r\rid: 3\ndata: drei\n\n:\n');
    const expected = [
      { id: '1', event: 'message', data: 'größe ✔' },
      { id: '2', event: 'message', data: 'zwei' },
      { id: '3', event: 'message', data: 'drei' },
    ];
    for (let cut = 0; cut <= whole.length; cut++)
      expect(await parse(whole.subarray(0, cut), whole.subarray(cut)), `cut at ${cut}`).toEqual(expected);
  });

  test('drops an event that was not finished, and an id with a NUL', async () => {
    expect(await parse('id: 1\ndata: a\n\nid: x\0y\ndata: b\n\ndata: c\n')).toEqual([
      { id: '1', event: 'message', data: 'a' },
      { id: '1', event: 'message', data: 'b' },
    ]);
  });
});
