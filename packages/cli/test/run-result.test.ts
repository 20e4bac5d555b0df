import { runTraceIdOf, type AloneView } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import { describeAlone } from '../src/render/alone.ts';
import { ctrfOf } from '../src/run/ctrf.ts';
import { junitOf } from '../src/run/junit.ts';
import { PrefixedLines } from '../src/run/prefixed-lines.ts';
import { renderRun } from '../src/run/render-run.ts';
import type { RunResult } from '../src/run/run-result.ts';
import { addSuite, specOfSuite } from '../src/run/suite.ts';
import { idOf, sealedLog, settledView, T0 } from './support/views.ts';

const ID = 'run-00000000000000000000000001';
const report = { format: 'pytest', passed: 16, failed: 1, skipped: 0, errored: 0, summary: 'missing' } as const;

const RUN: RunResult = {
  id: ID,
  suites: [
    { suite: 'e2e', view: settledView('passed', { id: idOf(1), tests: '25 of 25', attempt: { log: sealedLog(9) } }) },
    {
      suite: 'integration',
      view: settledView('incomplete', {
        id: idOf(2),
        tests: '17 of 25',
        reason: '17 of 25, last in flight: test_<cut> & "gone"',
        attempt: { report: { ...report, collected: 25, failures: ['test_a'], inFlight: ['test_<cut>'] } },
      }),
    },
    {
      suite: 'unit',
      view: settledView('failed', {
        id: idOf(3),
        tests: '1 failed of 1',
        attempt: { report: { ...report, passed: 0, failures: ['test_b\u0000'], inFlight: [], summary: 'agrees' } },
      }),
    },
  ],
};

describe('the result of a run', () => {
  test('is a table of verdicts with their evidence, then the reasons, then the trace of the whole', () => {
    const trace = (number: number): string => RUN.suites[number - 1]?.view.links.trace ?? '';
    expect(renderRun(RUN, { color: false })).toEqual([
      'SUITE        VERDICT       TESTS          LOG     TIME  TRACE',
      `e2e          ✔ passed      25 of 25       sealed  4.2s  ${trace(1)}`,
      `integration  ? incomplete  17 of 25       none    4.2s  ${trace(2)}`,
      `unit         ✖ failed      1 failed of 1  none    4.2s  ${trace(3)}`,
      'integration: 17 of 25, last in flight: test_<cut> & "gone"',
      'unit: as failed as can be',
      `side by side: ${RUN.suites[0]?.view.links.self.replace('/v1/evaluations/', '/#/run/')}`,
      `trace of the run: http://127.0.0.1:16686/trace/${runTraceIdOf(ID)}`,
    ]);
  });

  test('is JUnit XML: failed tests by name, tests without a result as errors, and nothing unproven as passed', () => {
    const xml = junitOf(RUN);
    expect(xml).toContain('<testsuite name="e2e" tests="1" failures="0" errors="0" skipped="0" time="4.200"');
    expect(xml).toContain('<testcase classname="e2e" name="e2e: 25 of 25" time="4.200"/>');
    expect(xml).toContain('<testsuite name="integration" tests="3" failures="1" errors="2"');
    expect(xml).toContain('<testcase classname="integration" name="test_a">\n<failure message=');
    expect(xml).toContain('name="test_&lt;cut&gt;">\n<error message="no result: 17 of 25');
    expect(xml).toContain(
      '<error message="incomplete: 17 of 25, last in flight: test_&lt;cut&gt; &amp; &quot;gone&quot;"/>',
    );
    expect(xml).toContain('<testsuite name="unit" tests="1" failures="1" errors="0"');
    expect(xml, 'XML has no NUL').toContain('name="test_b\ufffd"');
  });

  test('names every test where all are known by name and the verdict stands, and no more than before where it does not', () => {
    const results = [
      { name: 'test_a', outcome: 'passed', durationMs: 12 },
      { name: 'test_b', outcome: 'failed' },
      { name: 'test_c', outcome: 'skipped' },
      { name: 'test_d', outcome: 'errored' },
    ] as const;
    const [e2e, integration, unit] = RUN.suites.map((suite) => ({ ...suite, results }));
    const xml = junitOf({ id: ID, suites: [unit, e2e].flatMap((suite) => suite ?? []) });
    expect(xml).toContain('<testsuite name="unit" tests="4" failures="1" errors="1" skipped="1"');
    expect(xml).toContain('<testcase classname="unit" name="test_a" time="0.012"/>');
    expect(xml).toContain('name="test_c">\n<skipped/>');
    expect(xml).not.toContain('25 of 25" time');
    const ctrf = ctrfOf({ id: ID, suites: unit === undefined ? [] : [unit] }) as { results: { summary: object } };
    expect(ctrf.results.summary).toMatchObject({ tests: 4, passed: 1, failed: 2, skipped: 1 });
    const unproven = { id: ID, suites: integration === undefined ? [] : [integration] };
    expect(junitOf(unproven)).toBe(junitOf({ id: ID, suites: RUN.suites.slice(1, 2) }));
  });

  test('is a CTRF report, in which an error is red as well', () => {
    const { results } = ctrfOf(RUN) as { results: { summary: object; tests: { name: string; status: string }[] } };
    expect(results.summary).toMatchObject({ tests: 5, passed: 1, failed: 4, suites: 3 });
    expect(results.tests.map(({ name, status }) => `${status} ${name}`)).toEqual([
      'passed e2e: 25 of 25',
      'failed test_a',
      'failed test_<cut>',
      'failed integration: 17 of 25',
      'failed test_b\0',
    ]);
  });
});

describe('a suite', () => {
  test('is a name and what a shell runs, of which each has its place in the run', () => {
    const suites = addSuite('unit=A=1 pytest -v', addSuite('e2e=npm test'));
    const [, unit] = suites;
    const plan = { id: ID, suites, flags: { image: 'python' } };
    expect(unit && specOfSuite(plan, unit)).toEqual({
      name: 'unit',
      image: 'python',
      command: ['sh', '-c', 'A=1 pytest -v'],
      run: { id: ID, suite: 'unit', suites: ['e2e', 'unit'] },
    });
  });

  test.each(['npm test', '=npm test', 'e2e=', 'a/b=x'])('is not %j', (text) => {
    expect(() => addSuite(text)).toThrow('NAME=CMD');
  });
});

test('lines are shown whole, each behind the name of its suite, and nothing in them steers the terminal', () => {
  const lines = new PrefixedLines('e2e │ ');
  const push = (text: string): string => lines.push(Buffer.from(text));
  expect(push('one\ntw')).toBe('e2e │ one\n');
  expect(push('o\n\u001b]0;title\u0007three')).toBe('e2e │ two\n');
  expect(lines.end()).toBe('e2e │ three\n');
});

describe('a suite that was repeated by itself', () => {
  const failed = { both: [], onlyTogether: ['test_a'], onlyAlone: [] };
  const beside = { evaluation: idOf(9), suite: 'unit', ms: 2_000 };
  const comparison = {
    alone: idOf(8),
    time: 1,
    outcome: 'passes-alone',
    from: T0,
    failed,
    overlapped: [beside],
    fought: ['port 3000'],
  } as const satisfies AloneView['comparisons'][number];
  const alone: AloneView = { verdict: 'passes-alone', comparisons: [comparison] };

  test('is told with the tests that differ, with what it fought for, and beside whom it ran', () => {
    expect(describeAlone(alone)).toBe(
      'fails together, passes alone (1 of 1 passed); failed only together: test_a; it lacked port 3000; ran beside unit for 2.0s',
    );
    const same: AloneView['comparisons'][number] = {
      ...comparison,
      outcome: 'fails-the-same',
      failed: { ...failed, both: ['test_a'] },
      fought: [],
    };
    expect(describeAlone({ verdict: 'flaky', comparisons: [comparison, { ...same, time: 2 }] })).toMatch(
      /^flaky: .* \(1 of 2 passed\); failed only together: test_a; failed both times: test_a; it lacked port 3000/,
    );
  });

  test('stands below the table, and in the properties of the JUnit report', () => {
    const suites = [{ suite: 'e2e', view: { ...settledView('failed', { id: idOf(1) }), alone } }];
    expect(renderRun({ id: ID, suites }, { color: false }).join('\n')).toContain('\ne2e: fails together, passes alone');
    expect(junitOf({ id: ID, suites })).toContain('<property name="lacuna.alone" value="fails together, passes alone');
  });
});
