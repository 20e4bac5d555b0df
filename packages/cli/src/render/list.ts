import { formatDuration, type EvaluationSummary } from '@lacuna/contracts';
import { cut } from '../text/display-width.ts';
import { counted } from '../text/numbers.ts';
import { printable } from '../text/printable.ts';
import { colorsOf } from './paint.ts';
import type { RenderOptions } from './render-options.ts';
import { renderTable, visibleWidth } from './table.ts';
import { renderState } from './verdict.ts';

/** Characters of a shortened id: `ev-` and 45 random bits, enough to be unique among millions. */
const SHORT_ID = 12;
const NAME_WIDTH = 28;
/** What the reason gets even where there is no room for it. */
const LEAST_REASON = 20;

/** Evaluations as a table, one a line. `whole`: full ids and reasons, for what programs read; people type the first characters. */
export function renderList(
  items: readonly EvaluationSummary[],
  { now, width, color, whole }: RenderOptions & { readonly whole: boolean },
): string[] {
  const rows = items.map((item) => [
    whole ? item.id : item.id.slice(0, SHORT_ID),
    cut(printable(nameOf(item)), NAME_WIDTH),
    renderState(item, color),
    formatDuration(Math.max(0, now - item.submittedAt)),
    formatDuration(Math.max(0, (item.settledAt ?? now) - item.submittedAt)),
  ]);
  const reasons = ['WHY', ...items.map(reasonOf)];
  const lines = renderTable([['ID', 'NAME', 'STATE', 'AGE', 'TOOK'], ...rows]).map((line, i) => {
    const room = Math.max(LEAST_REASON, width - visibleWidth(line) - 2);
    const reason = reasons[i] ?? '';
    return `${line}  ${whole ? reason : cut(reason, room)}`.trimEnd();
  });
  return lines.map((line, i) => (i === 0 ? colorsOf(color).dim(line) : line));
}

/** A repetition of a suite has the name of the suite. */
function nameOf({ name, run }: EvaluationSummary): string {
  return run?.alone === undefined ? name : `${name} alone`;
}

function reasonOf({ reason, tests, findings, verdict }: EvaluationSummary): string {
  const found = findings === 0 ? undefined : counted(findings, 'finding');
  const said = verdict === undefined ? tests : reason;
  return printable([said, found].filter((part) => part !== undefined).join('; '));
}
