import { renderTable } from '../render/table.ts';
import type { SeenAct } from './cast.ts';

/** The table at the end: what became of each evaluation, by which evidence, and where its trace is, if it can be opened. */
export function outcomeTable(seen: readonly SeenAct[], showsTraces: boolean): string {
  const rows = seen.map(({ act, view, trace }) => [
    view.name,
    view.verdict ?? '?',
    view.tests === undefined ? (view.reason ?? '') : evidence(view.tests, view.reason ?? ''),
    trace === undefined ? (act.broken ?? '') : trace.errorSpans.join(', '),
    ...(showsTraces ? [view.links.trace] : []),
  ]);
  const header = ['EVALUATION', 'VERDICT', 'EVIDENCE', 'BROKEN SPANS', ...(showsTraces ? ['TRACE'] : [])];
  return table([header, ...rows]);
}

/** Who was alerted, and about what. */
export function alertTable(seen: readonly SeenAct[]): string {
  const rows = seen.flatMap(({ view, alerts }) =>
    alerts.map((alert) => [view.name, `${alert.stage} ${alert.cause}`, alert.status, alert.description]),
  );
  return table([['EVALUATION', 'BROKEN SPAN', 'ALERT', 'WHY'], ...rows]);
}

function evidence(tests: string, reason: string): string {
  return reason.startsWith(tests) ? reason : `${tests}; ${reason}`;
}

function table(rows: readonly (readonly string[])[]): string {
  return renderTable(rows.map((row) => row.map(short)))
    .map((line) => line.trimEnd())
    .join('\n');
}

function short(cell: string): string {
  return cell.length <= 110 ? cell : `${cell.slice(0, 109)}…`;
}
