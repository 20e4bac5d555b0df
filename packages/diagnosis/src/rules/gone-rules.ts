import type { Case } from '../case.ts';
import { proof, type Rule } from '../rule.ts';
import { brokenBy } from '../stage-clues.ts';

/** What took the pod away while its container ran. */
export const GONE_RULES: readonly Rule[] = [
  {
    cause: 'evicted',
    title: 'The node evicted the pod',
    for: [proof((known) => goneBy(known, 'evicted'))],
    advice:
      'The node was short of something: its message says of what. Requests that match the use protect a pod (QoS Guaranteed).',
  },
  {
    cause: 'preempted',
    title: 'A pod of higher priority took its place',
    for: [proof((known) => goneBy(known, 'preempted'))],
    advice: 'Give the evaluations a PriorityClass that is not preempted, or nodes of their own.',
  },
  {
    cause: 'node-lost',
    title: 'Its node was lost',
    for: [
      proof((known) => goneBy(known, 'node-lost')),
      proof((known) => brokenBy(known, 'container.run') === 'lost' && `nobody saw how it ended${message(known)}`),
    ],
    advice:
      'Look at the node (kubectl get node; its kubelet). What the program did after the node was lost is not known: run it again only if that is harmless.',
  },
  {
    cause: 'deleted',
    title: 'Somebody deleted the pod',
    for: [
      proof((known) => goneBy(known, 'deleted')),
      proof(({ attempt }) => attempt.jobGone?.data.message),
      proof((known) => brokenBy(known, 'container.run') === 'deleted' && `deleted while it ran${message(known)}`),
    ],
    advice: "The API server's audit log says who. Lacuna deletes a pod only after its verdict.",
  },
];

function message(known: Case): string {
  const text = known.end?.message;
  return text === undefined ? '' : `: ${text}`;
}

function goneBy({ pod }: Case, cause: string): string | undefined {
  if (pod?.gone?.data.cause === cause) return pod.gone.data.message;
  const ended = pod?.ended?.data;
  return ended?.reason.toLowerCase() === cause ? `${ended.reason}: ${ended.message ?? ''}` : undefined;
}
