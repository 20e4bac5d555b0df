import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { STAGES } from '../span-contract.ts';

/** What was missing came after all, or another attempt made it good; resolves the alert. Only evidence clears a finding. */
export const findingCleared = defineFact({
  name: 'finding-cleared',
  means: 'What was missing came late, or a later attempt made it good; resolves the alert.',
  producer: 'trace-audit',
  consumers: ['submit', 'trace-audit'],
  data: {
    stage: Type.Enum([...STAGES]),
    cause: Type.String({ pattern: '^[a-z0-9-]+$' }),
    evidence: factText('message'),
  },
  qualifier: (data) => [data.stage.replace('.', '-'), data.cause],
});
