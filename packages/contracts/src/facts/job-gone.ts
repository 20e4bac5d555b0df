import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';

/** The Job was there and is not, and had no end that anybody saw: somebody deleted it. */
export const jobGone = defineFact({
  name: 'job-gone',
  means: 'The Job is no longer there, and nobody saw it end; proves nothing about the program.',
  producer: 'k8s-watch',
  consumers: ['submit', 'dispatch', 'trace-audit'],
  data: { jobUid: Type.String(), message: factText('message') },
});
