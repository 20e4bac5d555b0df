import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
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
    message: factText('message'),
  },
  qualifier: (data) => [data.podUid],
});
