import { Type } from 'typebox';
import { defineFact } from '../fact.ts';
import { TestReportSchema } from '../test-report.ts';

/** The test results that the log holds; without `report` when no test tool's output was recognised. */
export const reportRead = defineFact({
  name: 'report-read',
  means: 'What the captured log says about tests; empty when no test tool was recognised.',
  producer: 'log-collect',
  consumers: ['submit', 'trace-audit'],
  data: { podUid: Type.String(), report: Type.Optional(TestReportSchema) },
  qualifier: (data) => [data.podUid],
});
