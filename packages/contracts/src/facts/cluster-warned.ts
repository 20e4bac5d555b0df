import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** A warning event of the cluster about our Job or pod. Explains an absence, never proves one (events are lossy). */
export const clusterWarned = defineFact({
  name: 'cluster-warned',
  means: 'The cluster warned about the Job or pod (FailedCreate, FailedScheduling …); explains, never proves.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    object: Type.Enum(['job', 'pod']),
    uid: Type.String(),
    reason: factText('code'),
    message: factText('message'),
    quota: Type.Optional(
      Type.Enum(['full', 'too-small'], {
        description: 'A quota refused the pod: one that others use up and will free, or one that could never hold it.',
      }),
    ),
  },
  qualifier: (data) => [data.uid, data.reason],
});
