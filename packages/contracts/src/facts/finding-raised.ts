import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { STAGES } from '../span-contract.ts';

/** Something owed did not come, or came broken. Raised once per (evaluation, attempt, stage, cause); each raises one alert. */
export const findingRaised = defineFact({
  name: 'finding-raised',
  means: 'A stage is missing at its deadline, or broken; causes one ERROR span and one alert.',
  producer: 'trace-audit',
  consumers: ['submit', 'trace-audit'],
  data: {
    stage: Type.Enum([...STAGES]),
    cause: Type.String({ pattern: '^[a-z0-9-]+$', description: '`missing`, or what is broken.' }),
    reason: factText('message', { description: 'For people; the first words say why.' }),
    since: Type.Number({ description: 'When the stage began.' }),
    deadline: Type.Optional(Type.Number({ description: 'When it was owed.' })),
    notOwed: Type.Array(Type.Enum([...STAGES]), {
      description: 'Stages behind the hole, which are not owed any more.',
    }),
  },
  qualifier: (data) => [data.stage.replace('.', '-'), data.cause],
});
