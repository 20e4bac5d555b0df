/** A fault that the embedded cluster makes on purpose, to drill what Lacuna must notice. */
export type DrillFault =
  /** The Job stays without a pod for ever. */
  | { readonly kind: 'no-pod' }
  | { readonly kind: 'slow-pod'; readonly ms: number }
  /** The runtime stops writing the log after so many bytes. */
  | { readonly kind: 'cut-log'; readonly bytes: number }
  /** The API answers "too many requests" so many times before it takes the Job. */
  | { readonly kind: 'api-429'; readonly times: number };

/** The label of an evaluation that asks for one. */
export const FAULT_LABEL = 'lacuna.fault';
/** For people: what the label may say. */
export const KNOWN_FAULTS = 'no-pod, slow-pod:<ms>, cut-log:<bytes>, api-429:<times>';

/** The fault that a value of the label names; undefined when there is none of that name. */
export function parseFault(value: string): DrillFault | undefined {
  if (value === 'no-pod') return { kind: 'no-pod' };
  const [, name, figure] = /^(slow-pod|cut-log|api-429):(\d{1,9})$/.exec(value) ?? [];
  if (name === 'slow-pod') return { kind: 'slow-pod', ms: Number(figure) };
  if (name === 'cut-log') return { kind: 'cut-log', bytes: Number(figure) };
  return name === 'api-429' ? { kind: 'api-429', times: Number(figure) } : undefined;
}
