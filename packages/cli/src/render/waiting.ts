import { formatDuration, type EvaluationView } from '@lacuna/contracts';
import { cut } from '../text/display-width.ts';
import { printable } from '../text/printable.ts';
import type { RenderOptions } from './render-options.ts';
import { colorsOf } from './paint.ts';

/** What an evaluation without a verdict waits for, in one line that fits. */
export function renderWaiting(view: EvaluationView, { now, width, color }: RenderOptions): string {
  const elapsed = formatDuration(Math.max(0, now - view.submittedAt));
  const line = `… ${view.phase}  ${printable(view.name)}  ${elapsed}  ${waitsFor(view, now)}`;
  return colorsOf(color).cyan(cut(line.trimEnd(), width));
}

/** The first stage that is owed, or known to be missing: until when, and why it is not there. */
export function waitsFor({ attempts }: EvaluationView, now: number): string {
  const stages = attempts.at(-1)?.stages ?? [];
  const stage = stages.find(({ outcome }) => outcome === 'missing') ?? stages.find(({ outcome }) => outcome === 'open');
  if (stage === undefined) return '';
  const { outcome, deadline, reason } = stage;
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  if (outcome === 'missing') return `${stage.stage} missing${why}`;
  const left = deadline === undefined ? '' : ` (${countdown(deadline - now)})`;
  return `waits for the end of ${stage.stage}${left}${why}`;
}

function countdown(left: number): string {
  return left > 0 ? `${formatDuration(left)} left` : `${formatDuration(-left)} overdue`;
}
