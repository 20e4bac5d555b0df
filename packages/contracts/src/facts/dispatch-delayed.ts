import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** `client`: our own limit of create requests under way, which falls when the cluster struggles. */
export const DELAY_CAUSES = ['capacity', 'quota', 'client', 'throttled', 'unavailable'] as const;

/** The Job could not be created yet. Published once per cause, when it is first met; `job-created` carries the time lost to each. */
export const dispatchDelayed = defineFact({
  name: 'dispatch-delayed',
  means: 'The Job could not be created yet, and why; once per cause.',
  producer: 'dispatch',
  consumers: ['submit', 'trace-audit'],
  data: {
    cause: Type.Enum([...DELAY_CAUSES]),
    detail: factText('detail'),
    slotAt: Type.Optional(Type.Number({ description: 'When dispatch had a slot for it; absent while there is none.' })),
  },
  qualifier: (data) => [data.cause],
});
