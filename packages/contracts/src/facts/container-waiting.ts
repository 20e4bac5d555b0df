import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** The container does not start yet: image pull, config error. Published once per pod and reason. */
export const containerWaiting = defineFact({
  name: 'container-waiting',
  means: 'The container waits, with the reason (image pull, config error); once per reason.',
  producer: 'k8s-watch',
  consumers: ['submit', 'trace-audit'],
  data: {
    podUid: Type.String(),
    reason: factText('code'),
    message: factText('message'),
    permanent: Type.Boolean({ description: 'True when waiting longer cannot help, as with an invalid image name.' }),
  },
  qualifier: (data) => [data.podUid, data.reason],
});
