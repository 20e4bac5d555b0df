import { Type, type Static } from 'typebox';

/** Lists of test names in a report are cut at this length, so that a fact stays far below the 1 MiB limit of a NATS message. */
export const MAX_NAMES = 50;

/** UTF-16 units. */
const MAX_REASON = 512;

export const TEST_REPORT_FORMATS = ['pytest', 'tap', 'node-test', 'vitest', 'jest', 'go', 'junit', 'ctrf'] as const;
export type TestReportFormat = (typeof TEST_REPORT_FORMATS)[number];

const count = Type.Integer({ minimum: 0 });
const names = Type.Array(Type.String(), { maxItems: MAX_NAMES });

/**
 * What a test tool's output says about its tests, read from the raw log bytes. Counts are of test cases.
 * A report is evidence only with its own closing summary: a cut output must never look complete.
 */
export const TestReportSchema = Type.Object({
  format: Type.Enum([...TEST_REPORT_FORMATS]),
  collected: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'How many tests the tool said it would run; absent when the format does not say so.',
    }),
  ),
  passed: count,
  failed: count,
  skipped: count,
  errored: Type.Integer({
    minimum: 0,
    description: 'Tests that could not be judged: fixture errors, collection errors.',
  }),
  inFlight: Type.Array(Type.String(), {
    maxItems: MAX_NAMES,
    description: 'Announced but without a result, oldest first.',
  }),
  failures: names,
  summary: Type.Enum(['missing', 'agrees', 'disagrees'], {
    description:
      "Whether the tool's closing summary was seen, and whether its figures agree with the results seen one by one.",
  }),
  claimed: Type.Optional(Type.Object({ passed: count, failed: count, skipped: count, errored: count })),
  stopped: Type.Optional(
    Type.String({
      maxLength: MAX_REASON,
      description: "The tool's own words for why it ended before all tests had run: `stopping after 1 failures`.",
    }),
  ),
  caveat: Type.Optional(
    Type.String({
      maxLength: MAX_REASON,
      description: 'What this output can not show, such as that a line printed by a test may look like a result.',
    }),
  ),
  runs: Type.Optional(
    Type.Integer({ minimum: 2, description: 'How many runs in one log were added up, when there was more than one.' }),
  ),
  formats: Type.Optional(
    Type.Array(Type.Enum([...TEST_REPORT_FORMATS]), {
      description: 'The formats of these runs, in order, when they are not all the same.',
      maxItems: MAX_NAMES,
    }),
  ),
  durationMs: Type.Optional(Type.Number({ minimum: 0 })),
});
export type TestReport = Static<typeof TestReportSchema>;

/** A test by name, with its result. */
export const TestResultSchema = Type.Object({
  name: Type.String(),
  outcome: Type.Enum(['passed', 'failed', 'skipped', 'errored']),
  durationMs: Type.Optional(Type.Number({ minimum: 0, description: 'As the tool says; absent when it does not.' })),
});
export type TestResult = Static<typeof TestResultSchema>;
