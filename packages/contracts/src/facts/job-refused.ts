import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { WaitSchema } from './wait.ts';

/** There will be no Job in this attempt, for good. */
export const jobRefused = defineFact({
  name: 'job-refused',
  means: 'There will be no Job: denied, invalid, or another object has its name.',
  producer: 'dispatch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    cause: Type.Enum(['denied', 'invalid', 'name-collision', 'cancelled', 'spec-lost']),
    message: factText('message', { description: "The cluster's own words." }),
    slotAt: Type.Optional(Type.Number()),
    waits: Type.Optional(Type.Array(WaitSchema)),
  },
});
