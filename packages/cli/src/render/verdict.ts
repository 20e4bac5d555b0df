import type { NoVerdict } from '@lacuna/client';
import { formatDuration, type EvaluationSummary, type EvaluationView, type Failure } from '@lacuna/contracts';
import { printable } from '../text/printable.ts';
import { colorsOf, VERDICT_STYLES } from './paint.ts';

type Judged = Pick<EvaluationSummary, 'id' | 'name' | 'phase' | 'verdict' | 'reason' | 'submittedAt' | 'settledAt'>;

/** Where an evaluation is: its verdict with a mark, or its phase. */
export function renderState({ phase, verdict }: Pick<Judged, 'phase' | 'verdict'>, color: boolean): string {
  const colors = colorsOf(color);
  if (verdict === undefined) return colors.cyan(`… ${phase}`);
  const { mark, word, paint } = VERDICT_STYLES[verdict];
  return colors[paint](`${mark} ${word}`);
}

/** That there is no verdict, and why nobody waits any longer, in one line. */
export function renderNoVerdict(
  id: string,
  { view, message }: NoVerdict,
  { color }: { readonly color: boolean },
): string {
  const parts = [
    colorsOf(color).red('? no verdict'),
    view === undefined ? undefined : printable(view.name),
    printable(message),
    id,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}

/** What to do about an evaluation that nobody waits for any longer. */
export function goesOn(id: string): string {
  return `${id} goes on; lacuna diagnose ${id} says why, lacuna cancel ${id} stops it`;
}

/** That a log was not shown to its end, why, and how to see it. */
export function renderNoLog(id: string, { message }: Failure): string {
  return `the log was not followed to its end: ${printable(message)}; read it with: lacuna logs ${id}`;
}

/** What the cluster did not do of the last attempt, if there is such; and the verdict. */
export function renderVerdict(view: EvaluationView, { color }: { readonly color: boolean }): string[] {
  const warning = view.attempts.at(-1)?.warning;
  const line = renderVerdictLine(view, { color });
  return warning === undefined ? [line] : [colorsOf(color).yellow(`! ${printable(warning)}`), line];
}

/** The verdict of an evaluation in one line: `✔ passed  integration  25 of 25, exit code 0, log sealed  12.3s  ev-…`. */
export function renderVerdictLine(view: Judged, { color }: { readonly color: boolean }): string {
  const { name, reason, submittedAt, settledAt, id } = view;
  const took = settledAt === undefined ? undefined : formatDuration(settledAt - submittedAt);
  const parts = [renderState(view, color), printable(name), reason === undefined ? undefined : printable(reason), took];
  return [...parts.filter((part) => part !== undefined), id].join('  ');
}
