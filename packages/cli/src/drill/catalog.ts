import type { Drill, Place } from './drill.ts';
import { KUBERNETES_API_DRILLS } from './kubernetes-api-drills.ts';
import { KUBERNETES_DRILLS } from './kubernetes-drills.ts';
import { KUBERNETES_LOG_DRILLS } from './kubernetes-log-drills.ts';
import { LABEL_DRILLS } from './label-drills.ts';
import { PROCESS_DRILLS } from './process-drills.ts';

const ON_KUBERNETES = [...KUBERNETES_DRILLS, ...KUBERNETES_LOG_DRILLS, ...KUBERNETES_API_DRILLS];
const ALL: readonly Drill[] = [...LABEL_DRILLS, ...PROCESS_DRILLS, ...ON_KUBERNETES];

/** Every fault that can be drilled, each once. */
export const FAULTS: readonly string[] = [...new Set(ALL.map(({ fault }) => fault))];

/** Which drills make a fault: the embedded cluster and Kubernetes have ways of their own, some ways are the same for both. */
const BY_PLACE: Readonly<Record<Place, readonly Drill[]>> = {
  process: [...LABEL_DRILLS, ...PROCESS_DRILLS],
  kubernetes: [...ON_KUBERNETES, ...PROCESS_DRILLS],
  url: LABEL_DRILLS,
};

/** The drill that makes a fault in a place, or why there is none. The fault is one of `FAULTS`. */
export function drillIn(place: Place, fault: string): { readonly drill: Drill } | { readonly why: string } {
  const drill = BY_PLACE[place].find((one) => one.fault === fault);
  if (drill !== undefined && drill.notOn[place] === undefined) return { drill };
  const why = ALL.filter((one) => one.fault === fault).map(({ notOn }) => notOn[place]);
  return { why: why.find((text) => text !== undefined) ?? 'there is no way to make it' };
}
