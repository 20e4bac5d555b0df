import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineStamps } from '../src/line-stamps.ts';

const SECONDS = ['2026-01-02T03:04:05', '2026-01-02T03:04:06', '2025-12-31T23:59:59'];
/** Of the same second and of others, with the same fraction and with another, and of forms that only some kubelets write. */
const STAMP = fc.oneof(
  fc.tuple(fc.constantFrom(...SECONDS), fc.nat({ max: 3 })).map(([second, nanos]) => `${second}.00000000${nanos}Z`),
  fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.5Z', '2026-01-02T05:04:05.000000001+02:00'),
);
/** Around the lengths at which a line is copied in another way. */
const LENGTH = fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: 250, max: 262 }), fc.nat({ max: 1_000 }));
const WATCHED = `${SECONDS[0]}.000000002Z`;

interface Line {
  readonly stamp: string;
  readonly text: string;
}

/** In nanoseconds; their texts differ in the last digit only, if they are of the same second. */
function earlierBy(stamp: string, latest: string): number {
  if (stamp === latest) return 0;
  const isUsual = stamp.length === 30 && stamp.endsWith('Z');
  return isUsual && stamp.slice(0, 20) === latest.slice(0, 20)
    ? Number(latest.at(-2)) - Number(stamp.at(-2))
    : Infinity;
}

/** What is to come out of whole lines, told in the plainest way. */
function told(lines: readonly Line[]) {
  const watched: number[] = [];
  const back: { at: number; stamp: string; earlierBy: number }[] = [];
  let at = 0;
  let latest = '';
  for (const { stamp, text } of lines) {
    if (stamp === WATCHED) watched.push(at);
    if (stamp.length === latest.length && stamp <= latest)
      back.push({ at, stamp, earlierBy: earlierBy(stamp, latest) });
    latest = stamp;
    at += text.length;
  }
  return { text: lines.map(({ text }) => text).join(''), first: lines[0]?.stamp, last: latest, watched, back };
}

test('whatever the lines are and however they arrive, their bytes, their order and the watched ones come out right', () => {
  const line = fc.record({ stamp: STAMP, text: LENGTH.map((length) => `${'x'.repeat(length)}\n`) });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 2_000 }), (lines, size) => {
      const sent = Buffer.from(lines.map(({ stamp, text }) => `${stamp} ${text}`).join(''));
      const stamps = new LineStamps(WATCHED);
      const seen = {
        text: '',
        first: undefined as string | undefined,
        last: '',
        watched: [] as number[],
        back: [] as object[],
      };
      for (let from = 0; from < sent.length; from += size) {
        const { bytes, first, last, watched, back } = stamps.take(sent.subarray(from, from + size));
        const at = seen.text.length;
        seen.watched.push(...watched.map((place) => at + place));
        for (const { before: _, ...one } of back) seen.back.push({ ...one, at: at + one.at });
        seen.first = first;
        seen.last = last?.stamp ?? seen.last;
        seen.text += Buffer.from(bytes).toString();
      }
      expect(stamps.isForeign).toBe(false);
      expect(seen).toEqual(told(lines));
    }),
    { numRuns: 500 },
  );
});
