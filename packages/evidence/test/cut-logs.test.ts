import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor, type ReportKind } from '../src/index.ts';
import { allFixtures, reportOf, type Fixture, type Tool } from './fixture.ts';

const KINDS: Readonly<Record<Tool, ReportKind>> = {
  pytest: 'pytest',
  'node-test': 'tap',
  vitest: 'vitest',
  jest: 'jest',
  go: 'go',
};

/** The line that closes a run. */
const CLOSING: Readonly<Record<Tool, RegExp>> = {
  pytest: /^(?:=.* in [\d.]+s.* =+|\d+ .* in [\d.]+s)$/,
  'node-test': /^(?:ℹ|#) duration_ms /,
  vitest: /^ {3}Duration |^No test files|^\}$|^ok 25 |^ok 10 /,
  jest: /^Time: |^No tests found/,
  go: /^(?:ok|\?|FAIL)(?: |$)|"Action":"(?:pass|fail|skip)","Package":"[^"]+","Elapsed"/,
};

/** Two runs in one log: nothing announces the second, so that the log of the first is complete by itself. */
const TWO_RUNS = ['two-sessions', 'two-runs-spec'];

const whole = allFixtures().filter(({ name, bytes }) => !TWO_RUNS.includes(name) && isComplete(reportOf([bytes])));

function isComplete(report: ReturnType<typeof reportOf>): boolean {
  return report !== undefined && accountFor(report).complete;
}

/** Where the closing line ends, before its newline. */
function closingEnd({ tool, name, bytes }: Fixture): number {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/\u001b\[[\d;]*m/g, (sequence) => '\u0000'.repeat(sequence.length));
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => CLOSING[tool].test(line.replaceAll('\u0000', '')));
  if (last === -1) throw new Error(`${tool}/${name} has no closing line`);
  return Buffer.byteLength(lines.slice(0, last + 1).join('\n'));
}

describe('a log that is cut before its closing line has ended', () => {
  it.each(whole)('is never complete, at any line: $tool/$name', (log) => {
    const end = closingEnd(log);
    for (let cut = log.bytes.indexOf(NEWLINE); cut !== -1 && cut < end; cut = log.bytes.indexOf(NEWLINE, cut + 1)) {
      const prefix = [log.bytes.subarray(0, cut + 1)];
      expect(isComplete(reportOf(prefix)), `cut after byte ${cut + 1}`).toBe(false);
      expect(isComplete(reportOf(prefix, KINDS[log.tool])), `cut after byte ${cut + 1}`).toBe(false);
    }
  });

  it('is never complete, at any byte', () => {
    const cuts = fc.constantFrom(...whole).chain((log) => fc.tuple(fc.constant(log), fc.nat(closingEnd(log))));
    const property = fc.property(cuts, ([log, cut]) => {
      expect(isComplete(reportOf([log.bytes.subarray(0, cut)])), `${log.tool}/${log.name} cut after byte ${cut}`).toBe(
        false,
      );
    });
    fc.assert(property, { numRuns: 3_000 });
  });
});

const NEWLINE = 0x0a;
