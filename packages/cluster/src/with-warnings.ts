import { FAULT_LABEL } from '@lacuna/contracts';
import type { JobRequest } from './job.ts';
import type { EnsureOutcome } from './outcomes.ts';

/** An outcome with what of the request the cluster does not do, when it has taken the Job. */
export function withWarnings(outcome: EnsureOutcome, warnings: readonly (string | undefined)[]): EnsureOutcome {
  const warning = warnings.filter((one) => one !== undefined).join('; ');
  const isTaken = outcome.kind === 'created' || outcome.kind === 'adopted';
  return isTaken && warning !== '' ? { ...outcome, warning } : outcome;
}

/** The warning for a request whose label asks for a fault that the cluster will not make, and `why` not; undefined when it asks for none. */
export function ignoredFault({ labels }: JobRequest, why: string): string | undefined {
  const fault = labels[FAULT_LABEL];
  return fault === undefined ? undefined : `label ${FAULT_LABEL}=${fault} is ignored: ${why}`;
}
