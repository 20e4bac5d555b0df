import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MAX_NAMES } from '@lacuna/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor, openReportReader } from '../src/index.ts';
import type { ReportKind } from '../src/formats.ts';
import { allFixtures, fixture, mustRead, reportOf } from './fixture.ts';

const KINDS = ['auto', 'none', 'pytest', 'tap', 'vitest', 'jest', 'go'] as const satisfies readonly ReportKind[];
const MEBIBYTE = 1024 * 1024;

describe('the report', () => {
  it.each(allFixtures())('is the same for all ways to split the bytes in two: $tool/$name', ({ bytes }) => {
    const whole = reportOf([bytes]);
    const step = Math.ceil(bytes.length / 400);
    for (let at = 0; at <= bytes.length; at += step) {
      expect(reportOf([bytes.subarray(0, at), bytes.subarray(at)]), `split at byte ${at}`).toEqual(whole);
    }
  });

  it.each(allFixtures())('is the same byte by byte: $tool/$name', ({ bytes }) => {
    expect(reportOf(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(reportOf([bytes]));
  });

  it('is absent for a log of no test tool, and for kind none', () => {
    expect(reportOf('INFO starting\nok\nPASS\n✓ done\n=== RUN\n')).toBeUndefined();
    expect(reportOf([fixture('pytest', 'green').bytes], 'none')).toBeUndefined();
  });

  it('is of the outer tool when a test prints the output of another', () => {
    const inner = Buffer.from(fixture('pytest', 'green').bytes).toString();
    expect(mustRead(`=== RUN   TestA\n${inner}--- PASS: TestA (0.00s)\nPASS\nok  \ta\t0.1s\n`)).toMatchObject({
      format: 'go',
      passed: 1,
    });
  });

  it('adds up the runs of several tools that a script calls one after the other', () => {
    const log = [fixture('pytest', 'green').bytes, fixture('vitest', 'mixed-default').bytes];
    const report = mustRead(log);
    expect(accountFor(report)).toMatchObject({
      complete: true,
      statement: '31 passed, 2 failed, 2 skipped of 35 in 2 runs',
    });
    expect(report).toMatchObject({ format: 'pytest', formats: ['pytest', 'vitest'] });
  });

  it('is not complete when the second of two tools is cut', () => {
    const second = fixture('vitest', 'mixed-default').bytes;
    const log = [fixture('pytest', 'green').bytes, second.subarray(0, second.length - 200)];
    expect(accountFor(mustRead(log)).flaw).toBe('summary-missing');
  });

  it('does not take what a test prints for another run', () => {
    const inner = fixture('pytest', 'green').bytes;
    const outer = Buffer.from(fixture('vitest', 'mixed-default').bytes).toString();
    const log = outer.replace('stdout |', () => `stdout | a\n${Buffer.from(inner).toString()}\nstdout |`);
    expect(mustRead(log).runs).toBeUndefined();
  });

  it('is of the chosen tool when another one comes first', () => {
    expect(mustRead('TAP version 13\n1..1\nok 1\nPASS ./a.test.js\n', 'jest').format).toBe('jest');
  });
});

describe('any bytes at all', () => {
  const fragments = fc.constantFrom(
    ...allFixtures().flatMap(({ bytes }) => Buffer.from(bytes).toString('utf8').split('\n').slice(0, 60)),
    '=',
    '[',
    ']',
    ' (',
    ')',
    'ms)',
    ' # ',
    '{',
    '}',
    '    ',
    '::',
    '\u001b[',
    '\r',
    '---',
    '...',
    '!!!',
    '●',
    '(1 tests)',
  );
  const hostile = fc.array(fc.tuple(fragments, fc.constantFrom('\n', '', ' ')), { maxLength: 200 });
  const log = fc.oneof(
    fc.uint8Array({ maxLength: 4_096 }),
    hostile.map((parts) => Buffer.from(parts.flat().join(''))),
  );

  it('have as many newlines as the reader says, whatever it is to read, and however they come', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), log, fc.nat(), (kind, bytes, at) => {
        const reader = openReportReader(kind);
        const cut = at % (bytes.length + 1);
        const newlines = (part: Uint8Array) => part.filter((byte) => byte === 0x0a).length;
        for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)])
          expect(reader.write(part)).toBe(newlines(part));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are read without an error, into counts no less than zero and lists no longer than allowed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), log, (kind, bytes) => {
        const reader = openReportReader(kind);
        reader.write(bytes);
        reader.progress();
        const report = reader.end();
        if (report === undefined) return;
        for (const count of [report.passed, report.failed, report.skipped, report.errored, report.collected ?? 0]) {
          expect(Number.isSafeInteger(count) && count >= 0, JSON.stringify(report)).toBe(true);
        }
        expect(Math.max(report.inFlight.length, report.failures.length)).toBeLessThanOrEqual(MAX_NAMES);
        expect(accountFor({ ...report, inFlight: [] }).statement).not.toMatch(/NaN|undefined/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('hostile lines', () => {
  const long = 64 * 1024;
  const opened = ['collected 9 items', 'TAP version 13', '✔ a (1.25ms)', ' RUN  v5', 'PASS ./a.js', '=== RUN   A'];
  const pieces = [
    '= ',
    '[ 1%]',
    'a.py::b[',
    ' (',
    'ms)',
    ' # ',
    '\\#',
    '1 passed, ',
    '--- PASS: ',
    '● ',
    '{"Time":"',
    '\u001b[',
    '\t',
    '1 tests | ',
  ];

  it.each(pieces)('made of %j are read in time that grows with their length only', (piece) => {
    const line = piece.repeat(long / piece.length);
    for (const opening of opened) reportOf(`${opening}\n${`${line}\n`.repeat(20)}`);
    expect(reportOf(`${line}\nTAP version 13\nok 1\n1..1\n`)).toMatchObject({ passed: 1 });
  });
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: unknown = runInNewContext('gc');

  /** What a reader keeps of fifty chunks, in MiB. */
  function kept(chunk: (round: number) => Uint8Array): number {
    const reader = openReportReader('auto');
    const before = heapAfterCollection();
    for (let round = 0; round < 50; round += 1) reader.write(chunk(round));
    const after = heapAfterCollection();
    reader.end();
    return (after - before) / MEBIBYTE;
  }

  function heapAfterCollection(): number {
    if (typeof collectGarbage !== 'function') throw new Error('the garbage collector is not exposed');
    collectGarbage();
    return process.memoryUsage().heapUsed;
  }

  it('is bounded for a line of 50 MiB without a newline', () => {
    const chunk = new Uint8Array(MEBIBYTE).fill(0x78);
    expect(kept(() => chunk)).toBeLessThan(1);
  });

  it('is bounded for any number of failing tests and tests in flight', () => {
    const lines = (round: number): string =>
      Array.from({ length: 2_000 }, (_, line) => {
        const name = `Test${round}x${line}${'n'.repeat(500)}`;
        return `=== RUN   ${name}\n--- FAIL: ${name} (0.00s)\n=== RUN   open${name}\n`;
      }).join('');
    expect(kept((round) => Buffer.from(lines(round)))).toBeLessThan(8);
  });
});
