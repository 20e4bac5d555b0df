import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FORMATS } from '../src/formats.ts';
import { SignFilter } from '../src/sign-filter.ts';
import { allFixtures, reportOf } from './fixture.ts';

const filter = new SignFilter(FORMATS.auto);
const LINES = allFixtures().flatMap(({ bytes }) => Buffer.from(bytes).toString().split('\n'));

/** Whether any format knows a line of which the filter says that none does. */
function isMissed(line: string): boolean {
  return (
    !filter.mayBeSign(`x${line}x`, 1, line.length + 1) &&
    FORMATS.auto.some(
      (format) => format.recognise(line) !== 'no' || format.begins(line, false) || format.begins(line, true),
    )
  );
}

it('lets every line pass that a format recognises, of all that the tools print', () => {
  expect(LINES.filter(isMissed)).toEqual([]);
});

it('and of what comes close to that', () => {
  const line = fc
    .tuple(
      fc.constantFrom(...LINES),
      fc.nat({ max: 3 }),
      fc.nat({ max: 3 }),
      fc.string({ maxLength: 2 }),
      fc.string({ maxLength: 2 }),
    )
    .map(([text, front, back, before, behind]) => before + text.slice(front, text.length - back) + behind);
  fc.assert(
    fc.property(line, (text) => !isMissed(text)),
    { numRuns: 5_000 },
  );
});

it.each(['2026-11-23 INFO accepted order 4711', 'accepted order [4711] of customer', '', '[INFO] hello'])(
  'stops a line that is no test tool\u2019s: %j',
  (line) => expect(filter.mayBeSign(line, 0, line.length)).toBe(false),
);

it('a line in front of the first sign is known when it turns out to be the tool\u2019s', () => {
  const quiet = `.${' '.repeat(71)}[100%]`;
  for (const noise of ['', '2026-11-23 hello\n2026-11-23 again\n'])
    expect(reportOf(`${noise}${quiet}\n1 passed in 0.01s\n`)).toMatchObject({ format: 'pytest', passed: 1 });
});
