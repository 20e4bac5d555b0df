import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** Somebody asked to stop the evaluation. */
export const cancelRequested = defineFact({
  name: 'cancel-requested',
  means: 'Somebody asked to cancel the evaluation.',
  producer: 'submit',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: { reason: Type.Optional(Type.String({ maxLength: 1_024 })) },
});
