import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** Back-pressure: explains a log that is closed late. Nothing is lost by it as long as the source keeps what was not read. */
export const logHeldUp = defineFact({
  name: 'log-held-up',
  means: 'The log store has no room: the capture waits; once per pod.',
  producer: 'log-collect',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), why: factText('detail') },
  qualifier: (data) => [data.podUid],
});
