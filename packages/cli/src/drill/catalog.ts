import type { Drill } from './drill.ts';
import { LABEL_DRILLS } from './label-drills.ts';
import { PROCESS_DRILLS } from './process-drills.ts';

/** Every fault that can be drilled. */
export const DRILLS: readonly Drill[] = [...LABEL_DRILLS, ...PROCESS_DRILLS];
