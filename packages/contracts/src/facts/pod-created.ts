import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** A pod of the Job exists. A second pod uid in one attempt is a duplicate start by the cluster. */
export const podCreated = defineFact({
  name: 'pod-created',
  means: 'A pod of the Job exists.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: { pod: Type.String(), podUid: Type.String(), jobUid: Type.String() },
  qualifier: (data) => [data.podUid],
});
