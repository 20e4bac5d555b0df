import { Type } from 'typebox';
import { DELAY_CAUSES } from './dispatch-delayed.ts';

/** Time that an evaluation lost to one cause in one stage: `ms` in all, between `from` and `to`. */
export const WaitSchema = Type.Object({
  stage: Type.Enum(['queue', 'job.create']),
  cause: Type.Enum([...DELAY_CAUSES]),
  from: Type.Number(),
  to: Type.Number(),
  ms: Type.Number({ minimum: 0 }),
});
