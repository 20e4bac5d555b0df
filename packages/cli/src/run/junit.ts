import { describeAlone } from '../render/alone.ts';
import type { RunResult, SuiteResult } from './run-result.ts';
import { runTraceLink, tookMs } from './run-result.ts';
import { testCasesOf, type TestCase } from './test-case.ts';

/** The run as JUnit XML, as Jenkins and GitLab read it: one `testsuite` a suite; the evidence stands in its properties. */
export function junitOf(run: RunResult): string {
  const suites = run.suites.map((result) => suiteXml(result, run)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escaped(run.id)}">\n${suites}</testsuites>\n`;
}

function suiteXml(result: SuiteResult, run: RunResult): string {
  const { suite, view } = result;
  const cases = testCasesOf(result);
  const count = (outcome: TestCase['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const attributes = {
    name: suite,
    tests: cases.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(tookMs(view)),
    timestamp: new Date(view.submittedAt).toISOString(),
  };
  const properties = Object.entries(propertiesOf(result, run)).map(([name, value]) =>
    element('property', { name, value }),
  );
  return element('testsuite', attributes, [
    element('properties', {}, properties),
    ...cases.map((one) => caseXml(suite, one)),
  ]);
}

function propertiesOf({ view }: SuiteResult, run: RunResult): Record<string, string> {
  return {
    'lacuna.evaluation': view.id,
    'lacuna.verdict': view.verdict ?? '',
    'lacuna.reason': view.reason ?? '',
    'lacuna.tests': view.tests ?? '',
    'lacuna.log': view.attempts.at(-1)?.log?.state ?? 'none',
    ...(view.alone && { 'lacuna.alone': describeAlone(view.alone) }),
    'lacuna.trace': view.links.trace,
    'lacuna.run.trace': runTraceLink(run),
  };
}

function caseXml(suite: string, { name, outcome, message = '', durationMs }: TestCase): string {
  const attributes = {
    classname: suite,
    name,
    ...(durationMs === undefined ? {} : { time: seconds(durationMs) }),
  };
  if (outcome === 'passed') return element('testcase', attributes);
  if (outcome === 'skipped') return element('testcase', attributes, [element('skipped', {})]);
  return element('testcase', attributes, [element(outcome === 'failed' ? 'failure' : 'error', { message })]);
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, children: string[] = []): string {
  const open = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(String(value))}"`)].join(
    ' ',
  );
  return children.length === 0 ? `<${open}/>\n` : `<${open}>\n${children.join('')}</${name}>\n`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 has no way to write most control characters and lone surrogates; they become `�`. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character);
}
