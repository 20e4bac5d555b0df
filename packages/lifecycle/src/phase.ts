import type { Phase } from '@lacuna/contracts';
import { latestAttempt, primaryPod, startOf, type Evaluation } from './evaluation.ts';

/** Where an evaluation is. Always derived: a stored phase is the one that lies after a crash. */
export function phaseOf(evaluation: Evaluation): Phase {
  if (evaluation.settled !== undefined) return 'settled';
  const attempt = latestAttempt(evaluation);
  const pod = primaryPod(attempt);
  if (pod?.logClosed !== undefined || attempt.refused !== undefined) return 'judging';
  if (pod?.ended !== undefined || pod?.gone !== undefined) return 'collecting';
  if (pod !== undefined && startOf(pod) !== undefined) return 'running';
  if (pod?.scheduled !== undefined) return 'starting';
  if (pod !== undefined) return 'scheduling';
  if (attempt.job !== undefined) return 'provisioning';
  return Object.values(attempt.delays).some((delay) => delay.data.slotAt !== undefined) ? 'creating' : 'queued';
}
