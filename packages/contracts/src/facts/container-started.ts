import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** The container runs. */
export const containerStarted = defineFact({
  name: 'container-started',
  means: 'The container runs; starts the capture of its log.',
  producer: 'k8s-watch',
  consumers: ['submit', 'log-collect', 'trace-audit'],
  data: {
    pod: Type.String({ description: 'Name of the pod.' }),
    podUid: Type.String(),
    containerId: Type.String(),
    image: Type.Optional(Type.String()),
  },
  qualifier: (data) => [data.podUid],
});
