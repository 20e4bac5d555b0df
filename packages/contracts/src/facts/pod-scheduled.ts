import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** The pod has a node. */
export const podScheduled = defineFact({
  name: 'pod-scheduled',
  means: 'The pod has a node.',
  producer: 'k8s-watch',
  consumers: ['submit', 'log-collect', 'trace-audit'],
  data: { podUid: Type.String(), node: Type.String() },
  qualifier: (data) => [data.podUid],
});
