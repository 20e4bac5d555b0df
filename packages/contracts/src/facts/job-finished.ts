import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** The Job has a terminal condition. Frees capacity; never decides a verdict. */
export const jobFinished = defineFact({
  name: 'job-finished',
  means: 'The Job has a terminal condition.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    jobUid: Type.String(),
    succeeded: Type.Boolean(),
    reason: Type.String(),
    message: Type.Optional(factText('message')),
  },
});
