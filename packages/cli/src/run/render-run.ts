import { formatDuration } from '@lacuna/contracts';
import { describeAlone } from '../render/alone.ts';
import { colorsOf } from '../render/paint.ts';
import { renderTable } from '../render/table.ts';
import { renderState } from '../render/verdict.ts';
import { printable } from '../text/printable.ts';
import { runPageLink, runTraceLink, shortTests, tookMs, type RunResult, type SuiteResult } from './run-result.ts';

/** The run as a table, one suite a line; below it, why each suite is not passed, and where the page and the trace of the whole are. */
export function renderRun(run: RunResult, { color }: { readonly color: boolean }): string[] {
  const [header = '', ...rows] = renderTable([
    ['SUITE', 'VERDICT', 'TESTS', 'LOG', 'TIME', 'TRACE'],
    ...run.suites.map((result) => rowOf(result, color)),
  ]).map((line) => line.trimEnd());
  const { dim } = colorsOf(color);
  const page = runPageLink(run);
  const alone = run.suites.flatMap(({ suite, view }) =>
    view.alone === undefined ? [] : [`${suite}: ${describeAlone(view.alone)}`],
  );
  return [
    dim(header),
    ...rows,
    ...run.suites.flatMap(reasonOf),
    ...alone,
    ...(page === undefined ? [] : [dim(`side by side: ${page}`)]),
    dim(`trace of the run: ${runTraceLink(run)}`),
  ];
}

function rowOf({ suite, view }: SuiteResult, color: boolean): string[] {
  const log = view.attempts.at(-1)?.log?.state ?? 'none';
  return [
    suite,
    renderState(view, color),
    shortTests(view) ?? '–',
    log,
    formatDuration(tookMs(view)),
    view.links.trace,
  ];
}

function reasonOf({ suite, view: { verdict, reason }, noVerdict }: SuiteResult): string[] {
  if (noVerdict !== undefined) return [`${suite}: no verdict: ${printable(noVerdict)}`];
  return verdict === 'passed' || reason === undefined ? [] : [`${suite}: ${printable(reason)}`];
}
