import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** The pod left, or is leaving, by something other than its own end. */
export const podGone = defineFact({
  name: 'pod-gone',
  means: 'The pod was deleted, evicted, preempted or lost with its node; proves nothing about the program.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    podUid: Type.String(),
    cause: Type.Enum(['deleted', 'evicted', 'preempted', 'node-lost', 'unknown']),
    message: Type.String({ maxLength: 4_096 }),
  },
  qualifier: (data) => [data.podUid],
});
