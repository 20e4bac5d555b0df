import { Type } from 'typebox';
import { factText } from '../fact-text.ts';
import { defineFact } from '../fact.ts';
import { TestReportSchema, TestResultSchema } from '../test-report.ts';

/** The test results that the log, or the report file, holds; without `report` when no test tool's output was recognised or the file is none. */
export const reportRead = defineFact({
  name: 'report-read',
  means: 'What the log or the report file says about tests; empty when no test tool was recognised.',
  producer: 'log-collect',
  consumers: ['submit', 'trace-audit'],
  data: {
    podUid: Type.String(),
    report: Type.Optional(TestReportSchema),
    results: Type.Optional(
      Type.Array(TestResultSchema, {
        description: 'Every test case of a report file, in its order; absent when there are more than a message holds.',
      }),
    ),
    noFile: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum(['missing', 'unreadable']),
          reason: factText('detail', { description: 'In words for people.' }),
        },
        { description: 'Why the report file that the evaluation names gives no report.' },
      ),
    ),
  },
  qualifier: (data) => [data.podUid],
});
