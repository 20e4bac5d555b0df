import { pressureMet, pressureOnNodes } from '../node-pressure.ts';
import { overlapping } from '../overlapping.ts';
import { hint, proof, suggestion, type Rule } from '../rule.ts';
import { nodeless } from './schedule-rules.ts';

/** Whether the nodes are short of something, which may show before a pod has a node or when it is gone. */
export const PRESSURE_RULES: readonly Rule[] = [
  {
    cause: 'node-pressure',
    title: 'The nodes are short of memory, disk or process ids',
    for: [
      proof((known) => nodeless(known) && pressureOnNodes(known)),
      suggestion(pressureMet),
      hint((known) => (pressureOnNodes(known) ?? pressureMet(known)) !== undefined && overlapping(known)),
    ],
    advice:
      'kubectl describe node shows the condition. Give the evaluations `resources` that say what they need, or run fewer at a time (LACUNA_CAPACITY).',
  },
];
