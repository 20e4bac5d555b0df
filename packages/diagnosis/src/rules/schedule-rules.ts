import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { warningLike } from '../cluster-clues.ts';
import { pressureOnNodes } from '../node-pressure.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { isStuckIn, waitedIn } from '../stage-clues.ts';
import { SILENT_MS } from './pod-rules.ts';

/** Why a pod has no node. */
export const SCHEDULE_RULES: readonly Rule[] = [
  {
    cause: 'unschedulable',
    title: 'No node fits the pod',
    for: [
      proof((known) => nodeless(known) && schedulerWords(known)),
      hint(
        ({ stages }) => stages['pod.schedule'].outcome === 'missing' && 'it was given up: no node was found in time',
      ),
    ],
    against: [suggestion((known) => pressureOnNodes(known) && 'it is pressure on the nodes, not their size')],
    advice: 'The scheduler counts the nodes by reason: lower `resources`, add nodes, or mend their taints and labels.',
  },
  {
    cause: 'scheduler-silent',
    title: 'The pod has no node, and the scheduler says nothing',
    for: [
      suggestion(
        (known) =>
          nodeless(known) &&
          waitedIn(known, 'pod.schedule') >= SILENT_MS &&
          `the pod has waited for a node for ${formatDuration(waitedIn(known, 'pod.schedule'))}, without a word of the scheduler`,
      ),
    ],
    against: [refutation(schedulerWords)],
    advice:
      'Check kube-scheduler (its lease in kube-system), and whether the pod names a scheduler that does not exist.',
  },
];

export function nodeless(known: Case): boolean {
  return known.pod?.created !== undefined && known.pod.scheduled === undefined && isStuckIn(known, 'pod.schedule');
}

function schedulerWords(known: Case): string | undefined {
  return known.pod?.unschedulable?.data.message ?? warningLike(known, /^FailedScheduling: /);
}
