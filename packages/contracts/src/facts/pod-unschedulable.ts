import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** The scheduler said why no node fits; it may still fit later. */
export const podUnschedulable = defineFact({
  name: 'pod-unschedulable',
  means: 'The scheduler found no node, in its own words.',
  producer: 'k8s-watch',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), message: Type.String({ maxLength: 4_096 }) },
  qualifier: (data) => [data.podUid],
});
