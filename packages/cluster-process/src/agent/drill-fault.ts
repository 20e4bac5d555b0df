/** Faults that a request may ask for, to drill what Lacuna must notice. */
export type DrillFault =
  | { readonly kind: 'none' }
  /** The Job stays without a pod for ever. */
  | { readonly kind: 'no-pod' }
  | { readonly kind: 'slow-pod'; readonly ms: number }
  /** The runtime stops writing the log after so many bytes. */
  | { readonly kind: 'cut-log'; readonly bytes: number }
  /** The API answers "too many requests" so many times before it takes the Job. */
  | { readonly kind: 'api-429'; readonly times: number }
  | { readonly kind: 'ignored'; readonly message: string };

const FAULT_LABEL = 'lacuna.fault';

/** The fault that the label asks for; `ignored` when faults are off or there is no such fault. */
export function drillFault(labels: Readonly<Record<string, string>>, allowed: boolean): DrillFault {
  const text = labels[FAULT_LABEL];
  if (text === undefined) return { kind: 'none' };
  if (!allowed) return ignored(text, 'this cluster was not started with faults allowed');
  if (text === 'no-pod') return { kind: 'no-pod' };
  const [, name, figure] = /^(slow-pod|cut-log|api-429):(\d{1,9})$/.exec(text) ?? [];
  if (name === 'slow-pod') return { kind: 'slow-pod', ms: Number(figure) };
  if (name === 'api-429') return { kind: 'api-429', times: Number(figure) };
  if (name === 'cut-log') return { kind: 'cut-log', bytes: Number(figure) };
  return ignored(text, 'the faults are no-pod, slow-pod:<ms>, cut-log:<bytes> and api-429:<times>');
}

/** The words of a real API server to a Job controller that may not create the pod. */
export function quotaMessage(jobName: string): string {
  return `pods "${jobName}-x" is forbidden: exceeded quota: lacuna-drill, requested: pods=1, used: pods=0, limited: pods=0`;
}

function ignored(text: string, why: string): DrillFault {
  return { kind: 'ignored', message: `label ${FAULT_LABEL}=${text} has no effect: ${why}` };
}
