import { Type } from 'typebox';
import { defineFact } from '../fact.ts';

/** The first read of the container's log was answered. */
export const logOpened = defineFact({
  name: 'log-opened',
  means: "The capture of the container's log has begun.",
  producer: 'log-collect',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), containerId: Type.String() },
  qualifier: (data) => [data.podUid],
});
