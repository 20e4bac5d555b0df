import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** The scheduler said why no node fits; it may still fit later. */
export const podUnschedulable = defineFact({
  name: 'pod-unschedulable',
  means: 'The scheduler found no node, in its own words.',
  producer: 'k8s-watch',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), message: factText('message') },
  qualifier: (data) => [data.podUid],
});
