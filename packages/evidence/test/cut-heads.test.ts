import { accountFor } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { allFixtures, reportOf } from './fixture.ts';

/** What `| tail -LINES` leaves of an output, and with it the exit code of `tail`: 0. */
const tail = (bytes: Uint8Array, lines: number): string =>
  Buffer.from(bytes).toString().trimEnd().split('\n').slice(-lines).join('\n') + '\n';

/** The closing lines of a tool, with the lines that stand from the first of them on. */
const CLOSING: Readonly<Record<string, RegExp>> = {
  pytest: /^=+ .*\d+ (?:failed|errors?)\b.* in [\d.]+s.* =+$/,
  vitest: /^ Test Files {2}.*\bfailed\b/,
};

describe.each(Object.keys(CLOSING))('of the output of a failed %s', (tool) => {
  const failed = allFixtures().flatMap(({ tool: of, name, bytes }) => {
    const lines = Buffer.from(bytes).toString().trimEnd().split('\n');
    const from = lines.findLastIndex((line) => CLOSING[tool]?.test(line));
    return of === tool && from >= 0 ? [{ name, bytes, closing: lines.length - from }] : [];
  });

  it('the closing lines alone are enough to see that it failed', () => {
    expect(failed.length).toBeGreaterThan(2);
    for (const { name, bytes, closing } of failed) {
      const report = reportOf(tail(bytes, closing));
      if (report === undefined) throw new Error(`nothing was recognised in the tail of ${name}`);
      const bad = report.failed + report.errored > 0 || accountFor(report).flaw !== undefined;
      expect([name, bad]).toEqual([name, true]);
    }
  });
});
