import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** Something in the cluster has our labels and should not be there (invariant I3). It is told, and neither adopted nor deleted. */
export const orphan = defineFact({
  name: 'orphan',
  means:
    'A Job or pod with our labels that no open evaluation accounts for; found, and later gone. Each raises one alert.',
  producer: 'k8s-watch',
  consumers: ['k8s-watch', 'trace-audit'],
  data: {
    object: Type.Enum(['job', 'pod']),
    uid: Type.String(),
    objectName: Type.String({ maxLength: 253 }),
    state: Type.Enum(['found', 'gone']),
    why: Type.Enum(['unaccepted', 'foreign', 'left-behind'], {
      description: 'No such evaluation; not the Job of that evaluation; settled and not removed.',
    }),
    message: factText('message'),
  },
  qualifier: (data) => [data.uid, data.state],
});
