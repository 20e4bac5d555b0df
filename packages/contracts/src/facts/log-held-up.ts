import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** Back-pressure: explains a log that is closed late. Nothing is lost by it as long as the source keeps what was not read. */
export const logHeldUp = defineFact({
  name: 'log-held-up',
  means: 'The log store has no room: the capture waits; once per pod.',
  producer: 'log-collect',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), why: Type.String({ maxLength: 2_048 }) },
  qualifier: (data) => [data.podUid],
});
