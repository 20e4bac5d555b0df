import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** Nothing is lost by it: the log stays where it is. One that goes on for long fills the stream. */
export const logStuck = defineFact({
  name: 'log-stuck',
  means:
    'A closed log can not be moved to the archive or removed from it; and later, that it was. Each raises one alert.',
  producer: 'log-collect',
  consumers: ['log-collect', 'trace-audit'],
  data: {
    podUid: Type.String(),
    state: Type.Enum(['stuck', 'over']),
    since: Type.Integer({
      minimum: 0,
      description: 'When it was tried first, Unix milliseconds: tells one time from the next.',
    }),
    why: factText('detail'),
  },
  qualifier: (data) => [data.podUid, String(data.since), data.state],
});
