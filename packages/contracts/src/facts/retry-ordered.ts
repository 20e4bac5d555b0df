import { Type } from 'typebox';
import { RETRY_CAUSES } from '../evaluation-spec.ts';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { STAGES } from '../span-contract.ts';

/** The attempt is over without a result of its own, and the next one is to be made. It takes the place of the verdict. */
export const retryOrdered = defineFact({
  name: 'retry-ordered',
  means: 'The attempt failed by a cause that the spec allows to retry: the next attempt is to be made.',
  producer: 'trace-audit',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    cause: Type.Enum([...RETRY_CAUSES]),
    reason: factText('message', { description: 'What the verdict would have said.' }),
    next: Type.Integer({ minimum: 2, description: 'Number of the attempt to be made.' }),
    evidenceAt: Type.Number({ description: 'When the last evidence of this attempt came.' }),
    notOwed: Type.Array(Type.Enum([...STAGES]), { description: 'Stages that this attempt never reached.' }),
  },
});
