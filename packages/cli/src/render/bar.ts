import type { StageView } from '@lacuna/contracts';

/** From when to when (Unix milliseconds), what time it is, and on how many columns. */
export interface TimeAxis {
  readonly now: number;
  readonly begin: number;
  readonly end: number;
  readonly width: number;
}

/** The axis that all stages fit on; undefined when none has begun. */
export function timeAxisOf(stages: readonly StageView[], now: number, width: number): TimeAxis | undefined {
  const begins = stages.flatMap(({ from }) => from ?? []);
  const ends = stages.flatMap((stage) => endOf(stage, now) ?? []);
  if (begins.length === 0) return undefined;
  const begin = Math.min(...begins);
  return { now, begin, end: Math.max(begin, ...ends), width };
}

/** The bar of a stage: at least one column, so that even an instant is seen; empty for a stage that has no times. */
export function drawBar(
  stage: StageView,
  axis: TimeAxis,
  character: string,
): { readonly indent: number; readonly line: string } {
  const end = endOf(stage, axis.now);
  if (stage.from === undefined || end === undefined) return { indent: 0, line: '' };
  const column = (time: number): number => ((time - axis.begin) / Math.max(1, axis.end - axis.begin)) * axis.width;
  const indent = Math.min(Math.floor(column(stage.from)), axis.width - 1);
  const length = Math.max(1, Math.round(column(end)) - indent);
  return { indent, line: character.repeat(length) };
}

/** An open stage lasts until now; one that is not owed has no end that means anything. */
function endOf({ outcome, from, to }: StageView, now: number): number | undefined {
  if (outcome === 'not-owed') return undefined;
  return outcome === 'open' && from !== undefined ? Math.max(from, now) : to;
}
