import { formatDuration, type StageView } from '@lacuna/contracts';
import { pad, wrap } from '../text/display-width.ts';
import { printable } from '../text/printable.ts';
import { drawBar, timeAxisOf, type TimeAxis } from './bar.ts';
import { colorsOf, STAGE_STYLES } from './paint.ts';
import type { RenderOptions } from './render-options.ts';

/** Columns of the stage names: the longest is `container.start`. Durations: the longest is `59m 59s`. */
const STAGE_WIDTH = 15;
const DURATION_WIDTH = 7;
const BAR_WIDTH = { least: 10, most: 60 } as const;

/** One line a stage, with a bar on the time axis that all share; below a stage the reason, if there is one. */
export function renderTimeline(
  stages: readonly StageView[],
  options: RenderOptions & { readonly settled: boolean },
): string[] {
  const rows = stages.map((stage, i) => ({
    stage,
    note: noteOf(stage, isNotReached(stages, i, options), options.now),
  }));
  const noteWidth = Math.max(...rows.map(({ note }) => note.length));
  const left = 2 + 2 + STAGE_WIDTH + 1 + DURATION_WIDTH + (noteWidth > 0 ? noteWidth + 1 : 0) + 2;
  const barWidth = Math.min(options.width - left, BAR_WIDTH.most);
  const axis = barWidth < BAR_WIDTH.least ? undefined : timeAxisOf(stages, options.now, barWidth);
  const lines = rows.flatMap(({ stage, note }) => stageLines(stage, pad(note, noteWidth), { ...options, axis }));
  return axis === undefined ? lines : [...lines, scaleLine(axis, left, options.color)];
}

function stageLines(
  stage: StageView,
  note: string,
  { now, width, color, axis }: RenderOptions & { readonly axis: TimeAxis | undefined },
): string[] {
  const colors = colorsOf(color);
  const { mark, paint, bar } = STAGE_STYLES[stage.outcome];
  const took = durationOf(stage, now).padStart(DURATION_WIDTH);
  const text = [mark, pad(stage.stage, STAGE_WIDTH), took, ...(note === '' ? [] : [note])].join(' ');
  const { indent, line } = axis === undefined ? { indent: 0, line: '' } : drawBar(stage, axis, bar);
  const said = stage.outcome === 'ok' ? colors[paint](mark) + text.slice(mark.length) : colors[paint](text);
  const drawn = line === '' ? '' : `  ${' '.repeat(indent)}${colors[paint](line)}`;
  const reasons = stage.reason === undefined ? [] : wrap(printable(stage.reason), width - 4);
  return [`  ${said}${drawn}`.trimEnd(), ...reasons.map((reason) => `    ${colors[paint](reason)}`)];
}

function durationOf({ outcome, from, to }: StageView, now: number): string {
  const end = outcome === 'open' ? now : to;
  return from === undefined || end === undefined || outcome === 'not-owed'
    ? ''
    : formatDuration(Math.max(0, end - from));
}

function noteOf({ outcome, deadline }: StageView, notReached: boolean, now: number): string {
  if (outcome === 'not-owed' && notReached) return 'not reached';
  if (outcome !== 'open' || deadline === undefined) return STAGE_STYLES[outcome].word;
  const left = deadline - now;
  return left > 0 ? `open, ${formatDuration(left)} left` : `open, ${formatDuration(-left)} overdue`;
}

/** Behind a hole nothing is owed any more; before the verdict, and without one, it may still come. */
function isNotReached(
  stages: readonly StageView[],
  index: number,
  { settled }: { readonly settled: boolean },
): boolean {
  return !settled && !stages.slice(0, index).some(({ outcome }) => outcome === 'missing' || outcome === 'failed');
}

function scaleLine({ begin, end, width }: TimeAxis, left: number, color: boolean): string {
  const total = formatDuration(end - begin);
  return `${' '.repeat(left)}${colorsOf(color).dim(`0s${total.padStart(width - 2)}`)}`;
}
