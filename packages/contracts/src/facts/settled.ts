import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { STAGES } from '../span-contract.ts';
import { VERDICTS } from '../verdict.ts';

/** The verdict. Final: later facts are amendments and never change it. */
export const settled = defineFact({
  name: 'settled',
  means: 'The verdict, with its reason and the evidence it cites. Final.',
  producer: 'trace-audit',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: {
    verdict: Type.Enum([...VERDICTS]),
    reason: factText('message'),
    attempt: Type.Optional(Type.Integer({ minimum: 1, description: 'The attempt it rests on; 1 when absent.' })),
    evidenceAt: Type.Number({
      description: 'When the last evidence came, or the last hole was found: begin of the `verdict` stage.',
    }),
    notOwed: Type.Array(Type.Enum([...STAGES]), {
      description: 'Stages that were never reached, so that none is silently absent.',
    }),
    evidence: Type.Object({
      podUid: Type.Optional(Type.String()),
      containerId: Type.Optional(Type.String()),
      exitCode: Type.Optional(Type.Integer()),
      signal: Type.Optional(Type.String()),
      log: Type.Optional(Type.String({ description: 'State of the log statement.' })),
      logSha256: Type.Optional(Type.String()),
      tests: Type.Optional(Type.String({ description: 'As people read it: `25 of 25`.' })),
      absent: Type.Array(Type.String(), { description: 'Evidence that should be there and is not.' }),
    }),
  },
});
