import { fact, Failure } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, it } from 'vitest';
import { eventFrames, followFrom, parseLastEventId } from '../src/event-frames.ts';

describe('an event', () => {
  it('is one frame, with its place, its type and the fact on one line, whatever the fact holds', async () => {
    const cancelled = fact('cancel-requested', { evaluation: testId(), at: 1 }, { reason: 'a\nb\r\u2028c' });
    async function* facts() {
      yield { fact: cancelled, seq: 17, storedAt: 1 };
      yield { kind: 'caught-up', seq: 17 } as const;
    }
    const frames = await Array.fromAsync(eventFrames(facts()));
    expect(frames).toEqual([`id: 17\nevent: cancel-requested\ndata: ${JSON.stringify(cancelled)}\n\n`]);
  });
});

describe('Last-Event-ID', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['42', 42],
  ])('%j is the place %j', (header, place) => {
    expect(parseLastEventId(header)).toBe(place);
  });

  it.each(['-1', 'abc', '1.5', '99999999999999999999', '1, 2'])('%j is refused', (header) => {
    expect(() => parseLastEventId(header)).toThrow(expect.objectContaining({ code: 'invalid-header' }) as Error);
  });

  it('of a stream that is no more is answered from where the new one begins', async () => {
    async function* follow(fromSeq: number) {
      if (fromSeq === 100) throw new Failure('stream-drift', 'another stream');
      yield fromSeq;
    }
    expect(await Array.fromAsync(followFrom(follow, 99, () => 0))).toEqual([1]);
    expect(await Array.fromAsync(followFrom(follow, 5, () => 0))).toEqual([6]);
  });
});
