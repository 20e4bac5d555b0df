import { FAULT_LABEL, KNOWN_FAULTS, parseFault, type DrillFault } from '@lacuna/contracts';

/** What the label of a Job comes to. */
export type JobFault = DrillFault | { readonly kind: 'none' } | { readonly kind: 'ignored'; readonly message: string };

/** The fault that the label of a Job asks for; `ignored` when faults are off or there is no such fault. */
export function drillFault(labels: Readonly<Record<string, string>>, allowed: boolean): JobFault {
  const text = labels[FAULT_LABEL];
  if (text === undefined) return { kind: 'none' };
  if (!allowed) return ignored(text, 'this cluster was not started with faults allowed');
  return parseFault(text) ?? ignored(text, `the faults are ${KNOWN_FAULTS}`);
}

/** The words of a real API server to a Job controller that may not create the pod. */
export function quotaMessage(jobName: string): string {
  return `pods "${jobName}-x" is forbidden: exceeded quota: lacuna-drill, requested: pods=1, used: pods=0, limited: pods=0`;
}

function ignored(text: string, why: string): JobFault {
  return { kind: 'ignored', message: `label ${FAULT_LABEL}=${text} has no effect: ${why}` };
}
