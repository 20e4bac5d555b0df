import { formatDuration, type EvaluationView, type StageView } from '@lacuna/contracts';
import { cut } from '../text/display-width.ts';
import { counted } from '../text/numbers.ts';
import { printable } from '../text/printable.ts';
import type { RenderOptions } from './render-options.ts';
import { colorsOf } from './paint.ts';

/** What an evaluation without a verdict waits for, in one line that fits. */
export function renderWaiting(view: EvaluationView, { now, width, color }: RenderOptions): string {
  const elapsed = formatDuration(Math.max(0, now - view.submittedAt));
  const line = `… ${view.phase}  ${printable(view.name)}  ${elapsed}  ${waitsFor(view, now)}`;
  return colorsOf(color).cyan(cut(line.trimEnd(), width));
}

/** The first stage that is known to be missing, or else owed. */
export function stageWaitedFor({ attempts }: EvaluationView): StageView | undefined {
  const stages = attempts.at(-1)?.stages ?? [];
  return stages.find(({ outcome }) => outcome === 'missing') ?? stages.find(({ outcome }) => outcome === 'open');
}

/** What is waited for: until when it is owed, what moves meanwhile, and, once it is overdue or in the queue, why it is not there. */
export function waitsFor(view: EvaluationView, now: number): string {
  const stage = stageWaitedFor(view);
  if (stage === undefined) return '';
  const { outcome, deadline, reason } = stage;
  const why = reason === undefined || isStillGoingOn(stage, now) ? '' : `: ${printable(reason)}`;
  const moves = movement(view, stage);
  if (outcome === 'missing') return `${stage.stage} missing${why}${moves}`;
  const left = deadline === undefined ? '' : ` (${countdown(deadline - now)})`;
  return `waits for the end of ${stage.stage}${left}${why}${moves}`;
}

/** A shorter wait needs no explanation. Milliseconds. */
const EXPLAINED_AFTER_MS = 2_000;

/** A stage that has only begun, or a program within its time limit, is as it should be: what would be said if it did not end is not said yet. */
function isStillGoingOn({ stage, outcome, from = 0, deadline = 0 }: StageView, now: number): boolean {
  if (outcome !== 'open') return false;
  return now - from < EXPLAINED_AFTER_MS || (stage === 'container.run' && now < deadline);
}

function movement({ life }: EvaluationView, { stage }: StageView): string {
  if (stage === 'queue' && life?.queue !== undefined)
    return `; ${life.queue.ahead} before it, ${life.queue.running} running`;
  return life?.logBytes === undefined || life.logBytes === 0 ? '' : `; ${counted(life.logBytes, 'byte')} of log`;
}

function countdown(left: number): string {
  return left > 0 ? `${formatDuration(left)} left` : `${formatDuration(-left)} overdue`;
}
