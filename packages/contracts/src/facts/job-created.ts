import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { WaitSchema } from './wait.ts';

const lost = Type.Optional(Type.Number({ minimum: 0 }));

/** The cluster has the Job: created now, or found there with our identity after an unknown outcome. */
export const jobCreated = defineFact({
  name: 'job-created',
  means: 'The cluster has the Job.',
  producer: 'dispatch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    job: Type.String({ description: 'Name of the Job.' }),
    jobUid: Type.String(),
    slotAt: Type.Number({ description: 'When dispatch had a slot for it: end of `queue`, begin of `job.create`.' }),
    adopted: Type.Boolean({ description: 'True when it was already there with our identity and spec hash.' }),
    requests: Type.Integer({ minimum: 1, description: 'Create requests that it took.' }),
    delaysMs: Type.Object(
      { capacity: lost, quota: lost, client: lost, throttled: lost, unavailable: lost },
      { description: 'Milliseconds lost per cause.' },
    ),
    waits: Type.Optional(Type.Array(WaitSchema, { description: 'Where in time they were lost.' })),
    warning: Type.Optional(
      factText('detail', { description: 'What of the spec the cluster does not do, in its own words.' }),
    ),
  },
});
