import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { REPORT_FILES } from './cases/report-files.ts';
import { expectFileTruth, readFile } from './expect-truth.ts';

const stored = Object.entries(REPORT_FILES).map(([name, truth]) => ({
  name,
  truth,
  content: readFileSync(join(import.meta.dirname, 'fixtures/report-files', `${name}.txt`)),
}));

describe('the report file of a real tool', () => {
  it.each(stored)('says what is true: $name', ({ content, truth }) => {
    expect(() => expectFileTruth(content, truth)).not.toThrow();
  });

  it.each(stored)('is not complete when it is cut anywhere: $name', ({ content, truth }) => {
    const end = content.lastIndexOf(truth.format === 'junit' ? '>' : '}');
    const step = Math.ceil(end / 300);
    for (let cut = 0; cut <= end; cut += cut + step < end ? step : end - cut || 1) {
      const reading = readFile(content.subarray(0, cut), truth.format);
      const isComplete = reading.kind === 'read' && accountFor(reading.report).complete;
      expect(isComplete, `cut after byte ${cut}`).toBe(false);
    }
  });
});

describe('JUnit XML', () => {
  const suite = (figures: string, cases: string): string => `<testsuite ${figures}>${cases}</testsuite>`;

  it('that is cut names the test in flight', () => {
    const reading = readFile(
      '<testsuites tests="25"><testsuite><testcase name="a"/><testcase name="b"><failure>x',
      'junit',
    );
    const report = reading.kind === 'read' ? reading.report : undefined;
    const statement = '1 of 25, summary missing, 24 tests unaccounted, last in flight: b';
    expect(report && accountFor(report).statement).toBe(statement);
  });

  it.each([
    ['fewer cases than its suite has', 'tests="2"', '<testcase name="a"/>'],
    ['fewer failures than its suite has', 'tests="1" failures="1"', '<testcase name="a"/>'],
    ['more failures than its suite has', 'tests="1" failures="0" errors="0"', '<testcase name="a"><error/></testcase>'],
  ])('with %s disagrees', (_, figures, cases) => {
    expect(readFile(suite(figures, cases), 'junit')).toMatchObject({ report: { summary: 'disagrees' } });
  });

  it('may count the tests of suites within a suite, or not', () => {
    const inner = suite('tests="1"', '<testcase name="b"/>');
    for (const tests of [1, 2]) {
      const reading = readFile(suite(`tests="${tests}"`, `<testcase name="a"/>${inner}`), 'junit');
      expect(reading).toMatchObject({ report: { passed: 2, summary: 'agrees' } });
    }
  });

  it('says how long each test case took, where it has a time', () => {
    const cases = '<testcase name="a" time="1.25"/><testcase name="b" time="fast"/><testcase name="c"/>';
    expect(readFile(suite('tests="3"', cases), 'junit')).toMatchObject({
      results: [{ name: 'a', durationMs: 1_250 }, { name: 'b' }, { name: 'c' }].map((one) => ({
        ...one,
        outcome: 'passed',
      })),
    });
  });

  it('lists every test case, also two of one name', () => {
    const cases = '<testcase name="a"/><testcase name="a"><failure/></testcase><testcase classname="f.js" name="b"/>';
    expect(readFile(suite('tests="3"', cases), 'junit')).toMatchObject({
      results: [
        { name: 'a', outcome: 'passed' },
        { name: 'a', outcome: 'failed' },
        { name: 'f.js > b', outcome: 'passed' },
      ],
    });
  });

  it('lists none when one has no name', () => {
    expect(readFile(suite('tests="2"', '<testcase name="a"/><testcase/>'), 'junit')).not.toHaveProperty('results');
  });

  it('does not take what a test printed for a result', () => {
    const printed = '<system-out><![CDATA[<testcase name="x"><failure/></testcase>]]></system-out>';
    const reading = readFile(suite('tests="1"', `<testcase name="a">${printed}</testcase>`), 'junit');
    expect(reading).toMatchObject({ report: { passed: 1, failed: 0, summary: 'agrees' } });
  });

  it.each([
    ['', /no element/],
    ['<html></html>', /its root is <html>/],
    ['{"results": {}}', /not a JUnit XML file/],
    ['<testsuite><testcase></testsuite>', /Unexpected close tag/],
    ['<testsuite>&lol;</testsuite>', /Invalid character entity/],
    [`<testsuite>${'<a>'.repeat(1_000)}`, /nested deeper than 64/],
  ])('that is none is unreadable, with the reason: %j', (content, reason) => {
    expect(readFile(content, 'junit')).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe('CTRF', () => {
  const file = (summary: object, tests: object[]): string => JSON.stringify({ results: { summary, tests } });

  it('whose summary has other figures than its tests disagrees', () => {
    const reading = readFile(file({ tests: 2, passed: 2 }, [{ name: 'a', status: 'passed' }]), 'ctrf');
    expect(reading).toMatchObject({ report: { summary: 'disagrees' } });
  });

  it('with a result that is none of the known ones can not judge it', () => {
    const reading = readFile(file({ tests: 1, other: 1 }, [{ name: 'a', status: 'exploded' }]), 'ctrf');
    expect(reading).toMatchObject({ report: { errored: 1, failures: ['a'], summary: 'disagrees' } });
  });

  it.each(['', 'null', '[]', '{"results": {"summary": {}}}', '<testsuites/>'])(
    'that is none is unreadable: %j',
    (content) => {
      expect(readFile(content, 'ctrf').kind).toBe('unreadable');
    },
  );
});

describe('any bytes at all', () => {
  const pieces = fc.constantFrom(
    '<testsuite',
    ' tests="',
    '1"',
    '>',
    '/>',
    '<testcase',
    '</testcase>',
    '<!--',
    '<![CDATA[',
    '&',
    ']]>',
    '{',
    '"results":',
    '[',
    '}',
  );
  const content = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 200 }).map((parts) => parts.join('')),
  );

  it('are read without an error', () => {
    const property = fc.property(content, fc.constantFrom('junit', 'ctrf'), (text, format) => {
      expect(['read', 'unreadable']).toContain(readFile(text, format).kind);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
