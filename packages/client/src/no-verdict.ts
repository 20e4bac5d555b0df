import { formatDuration, type EvaluationView } from '@lacuna/contracts';
import type { Stuck } from './vigil.ts';

/** The waiting is over without a verdict; the evaluation goes on. */
export class NoVerdict extends Error {
  override readonly name = 'NoVerdict';
  /** As it was read last; undefined when it could not be read at all. */
  readonly view: EvaluationView | undefined;
  /** Where it is stuck; undefined when only the caller's own bound was reached. */
  readonly stuck: Stuck | undefined;

  constructor(message: string, view: EvaluationView | undefined, stuck?: Stuck) {
    super(message);
    this.view = view;
    this.stuck = stuck;
  }
}

/** Given up, because a stage is stuck. */
export function givenUp(view: EvaluationView, stuck: Stuck): NoVerdict {
  const { stage, forMs, owedWithinMs, reason } = stuck;
  const owed = `owed within ${formatDuration(owedWithinMs)}`;
  return new NoVerdict(`stuck in ${stage} for ${formatDuration(forMs)} (${owed}): ${reason}${line(view)}`, view, stuck);
}

/** The caller would wait no longer, whatever the evaluation does. */
export function outOfTime(view: EvaluationView | undefined, timeoutMs: number): NoVerdict {
  const state = view === undefined ? 'it could not be read' : `it is ${view.phase}`;
  return new NoVerdict(`no verdict within ${formatDuration(timeoutMs)}: ${state}`, view);
}

function line({ phase, life }: EvaluationView): string {
  if (phase !== 'queued' || life?.queue === undefined) return '';
  const { waiting, ahead, running } = life.queue;
  return `; ${waiting} in the queue, ${ahead} of them ahead of it, ${running} running`;
}
