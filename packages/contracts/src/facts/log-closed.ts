import { Type } from 'typebox';
import { defineFact } from '../fact.ts';
import { LogStatementSchema } from '../log-statement.ts';

/** No more bytes will be stored; the statement says what that proves. */
export const logClosed = defineFact({
  name: 'log-closed',
  means: 'No more bytes will come; with the statement of what is proven and what is lost.',
  producer: 'log-collect',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: { podUid: Type.String(), containerId: Type.Optional(Type.String()), statement: LogStatementSchema },
  qualifier: (data) => [data.podUid],
});
