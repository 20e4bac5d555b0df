import type { Case } from '../case.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { ENDS_WITH_ERROR } from '../said-in-log.ts';
import { wordsOfBreak } from '../stage-clues.ts';

const RESULTS_LOST = refutation(
  ({ statement }) => statement?.state === 'truncated' && 'the end of the log is lost, and the results with it',
);

/** Why the test results that a log tells prove nothing. */
export const RESULTS_RULES: readonly Rule[] = [
  {
    cause: 'tests-unaccounted',
    title: 'The test run stopped before its tests were done',
    for: [
      proof(
        ({ statement, unaccounted }) =>
          statement?.state === 'sealed' && unaccounted && `${unaccounted}, in a log that is proven complete`,
      ),
      suggestion(({ statement, unaccounted }) => statement?.state !== 'sealed' && unaccounted),
      hint(({ report }) => report?.summary === 'missing' && 'its closing summary is missing'),
    ],
    against: [RESULTS_LOST, suggestion(({ stages }) => stages['container.run'].broken?.reason), ENDS_WITH_ERROR],
    advice:
      'The runner itself ended early (os._exit, a killed worker, -x, a crash of a native part): look at the test that was in flight last.',
  },
  {
    cause: 'no-report',
    title: 'Test results were expected, and the log has none',
    for: [proof((known) => wordsOfBreak(known, 'report.read', 'no-report'))],
    against: [RESULTS_LOST, ENDS_WITH_ERROR, suggestion(({ stages }) => stages['container.run'].broken?.reason)],
    advice: 'Say which tool it is (`report: pytest`, …) and let it print its results, or drop `expect.tests`.',
  },
  {
    cause: 'results-contradict',
    title: 'Exit code and test results contradict each other',
    for: [proof(contradiction), proof((known) => wordsOfBreak(known, 'container.run', 'exit-contradicted'))],
    advice:
      'Something between the test tool and the exit code loses it: a pipe without pipefail, `|| true`, a wrapper script, an exit in a teardown.',
  },
];

function contradiction({ report, end, unaccounted }: Case): string | undefined {
  const { exitCode } = end ?? {};
  if (report === undefined || exitCode === undefined || unaccounted !== undefined) return undefined;
  const bad = report.failed + report.errored;
  if (exitCode === 0 && bad > 0) return `exit code 0, but ${bad} tests failed`;
  return exitCode !== 0 && bad === 0 ? `exit code ${exitCode}, but no test failed` : undefined;
}
