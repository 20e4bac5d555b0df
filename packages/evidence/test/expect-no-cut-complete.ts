import { expect } from 'vitest';
import { accountFor } from '../src/index.ts';
import type { ReportKind } from '../src/formats.ts';
import type { Tool } from './cases/index.ts';
import { mustRead, reportOf } from './fixture.ts';

interface Closing {
  /** The setting that names the tool. */
  readonly kind: ReportKind;
  /** The line that closes a run; what stands behind it is decoration. */
  readonly line: RegExp;
}

const CLOSINGS: Readonly<Record<Tool, Closing>> = {
  pytest: { kind: 'pytest', line: /^(?:=.* in [\d.]+s.* =+|(?:\d+ .*|no tests ran) in [\d.]+s)$/ },
  'node-test': { kind: 'tap', line: /^(?:ℹ|#) duration_ms / },
  vitest: { kind: 'vitest', line: /^ {3}Duration |^No test files|^\}$|^ok 25 |^ok 10 / },
  jest: { kind: 'jest', line: /^Time: |^No tests found/ },
  go: {
    kind: 'go',
    line: /^(?:ok {2}|\? {3}|FAIL)\t|^FAIL$|"Action":"(?:pass|fail|skip)","Package":"[^"]+","Elapsed"/,
  },
  tap: { kind: 'tap', line: /^(?:1\.\.|ok|not ok)/ },
};

/** Cutting every line of a long output would take time with its square. */
const MAX_CUTS = 300;
const NEWLINE = 0x0a;

/** Cuts an output behind its lines, up to the end of the line that closes it: none of the parts may be complete. */
export function expectNoCutComplete(tool: Tool, output: Uint8Array): void {
  const ends = lineEnds(output.subarray(0, closingEnd(tool, output)));
  const step = Math.ceil(ends.length / MAX_CUTS);
  for (const end of ends.filter((_, index) => index % step === 0)) expectIncomplete(tool, output, end);
}

/** What is left of an output when its end is cut off. */
export function expectIncomplete(tool: Tool, output: Uint8Array, end: number): void {
  for (const kind of ['auto', CLOSINGS[tool].kind] as const) {
    const part = reportOf([output.subarray(0, end)], kind);
    const accounting = part && accountFor(part);
    if (accounting?.complete !== true) continue;
    // Neither a further run of the tool nor go's next package is announced: such a part is whole by itself.
    const { runs, format } = mustRead([output], kind);
    const isWholeRun = (runs ?? 1) > 1 || format === 'go';
    const noMore = accounting.accounted <= accountFor(mustRead([output], kind)).accounted;
    expect(isWholeRun && noMore, `cut after byte ${end}: ${accounting.statement}`).toBe(true);
  }
}

/** Where the closing line ends, before its newline. */
export function closingEnd(tool: Tool, output: Uint8Array): number {
  const text = Buffer.from(output)
    .toString('utf8')
    .replaceAll(/\u001b\[[\d;]*m/g, (sequence) => '\u0000'.repeat(sequence.length));
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => CLOSINGS[tool].line.test(line.replaceAll('\u0000', '')));
  return last === -1 ? output.length : Buffer.byteLength(lines.slice(0, last + 1).join('\n'));
}

function lineEnds(output: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = output.indexOf(NEWLINE); at !== -1; at = output.indexOf(NEWLINE, at + 1)) ends.push(at + 1);
  return ends;
}
