import { stageContract, type Deadlines } from '@lacuna/contracts';
import { latest, type Attempt } from './evaluation.ts';
import type { StageState } from './stages.ts';

/**
 * How long after its deadline a stage is waited for. A pod that only a used-up quota holds up is waited for as long as a slot in the queue is:
 * its absence is told at the deadline as any other, but waiting for a place that others will free is no failure.
 */
export function graceMs({ stage }: StageState, attempt: Attempt, deadlines: Deadlines): number {
  const { graceMs: own = 0 } = stageContract(stage, deadlines);
  if (stage !== 'pod.create' || latest(attempt.warnings)?.data.quota !== 'full') return own;
  return Math.max(own, stageContract('queue', deadlines).owedWithinMs ?? 0);
}

/**
 * When a stage that was told to be missing is given up: its grace after that was told, and not only after its deadline. Whoever tells may have been
 * stopped until then, and whoever would have told of the stage with him. Infinite for one that was not told.
 */
export function giveUpAt(stage: StageState, attempt: Attempt, deadlines: Deadlines): number {
  const { at = Infinity, data } = stage.missing?.raised ?? {};
  return Math.max(at, data?.deadline ?? at) + graceMs(stage, attempt, deadlines);
}
