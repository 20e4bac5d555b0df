import type { Case } from './case.ts';
import { warningLike } from './cluster-clues.ts';

/** The kubelet's and the scheduler's own words for pressure: reasons of eviction, and taints. */
const PRESSURE = /(memory|disk|pid)[- ]?pressure|low on resource|was low on/i;

/** That the nodes which the scheduler looked at are short of something, in its words. */
export function pressureOnNodes(known: Case): string | undefined {
  return pressureIn([known.pod?.unschedulable?.data.message, warningLike(known, /^FailedScheduling: /)]);
}

/** Pressure in the words of an end or a warning, whatever came of it. */
export function pressureMet({ pod, attempt }: Case): string | undefined {
  const warned = Object.values(attempt.warnings).map(({ data }) => data.message);
  return pressureIn([pod?.gone?.data.message, pod?.ended?.data.message, ...warned]);
}

function pressureIn(messages: readonly (string | undefined)[]): string | undefined {
  return messages.find((message) => message !== undefined && PRESSURE.test(message));
}
