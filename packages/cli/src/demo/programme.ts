import type { Seen } from './expectations.ts';

/** Plain columns, wide enough for their longest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The table at the end: what became of each evaluation, by which evidence, and where its trace is, if it can be opened. */
export function outcomeTable(seen: readonly Seen[], showsTraces: boolean): string {
  const rows = seen.map(({ act, view, errorSpans }) => [
    view.name,
    view.verdict ?? '?',
    view.tests === undefined ? (view.reason ?? '') : evidence(view.tests, view.reason ?? ''),
    errorSpans === undefined ? (act.broken ?? '') : errorSpans.join(', '),
    ...(showsTraces ? [view.links.trace] : []),
  ]);
  const header = ['EVALUATION', 'VERDICT', 'EVIDENCE', 'BROKEN SPANS', ...(showsTraces ? ['TRACE'] : [])];
  return table([header, ...rows].map((row) => row.map(short)));
}

/** Who was alerted, and about what. */
export function alertTable(seen: readonly Seen[]): string {
  const rows = seen.flatMap(({ view, alerts }) =>
    alerts.map((alert) => [view.name, `${alert.stage} ${alert.cause}`, alert.status, alert.description]),
  );
  return table([['EVALUATION', 'BROKEN SPAN', 'ALERT', 'WHY'], ...rows].map((row) => row.map(short)));
}

function evidence(tests: string, reason: string): string {
  return reason.startsWith(tests) ? reason : `${tests}; ${reason}`;
}

function short(cell: string): string {
  return cell.length <= 110 ? cell : `${cell.slice(0, 109)}…`;
}
