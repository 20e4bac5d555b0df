import { brokenBy, endOf, runBroken, type Case } from '../case.ts';
import { reportOf, statementOf, uncaught, unaccounted } from '../evidence-of.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';

/** Why the test results that a log tells prove nothing. */
export const RESULTS_RULES: readonly Rule[] = [
  {
    cause: 'tests-unaccounted',
    title: 'The test run stopped before its tests were done',
    for: [
      proof(
        (known) =>
          statementOf(known)?.state === 'sealed' &&
          unaccounted(known) &&
          `${unaccounted(known)}, in a log that is proven complete`,
      ),
      suggestion((known) => statementOf(known)?.state !== 'sealed' && unaccounted(known)),
      hint((known) => reportOf(known)?.summary === 'missing' && 'its closing summary is missing'),
    ],
    against: [
      refutation(
        (known) => statementOf(known)?.state === 'truncated' && 'the end of the log is lost, and the results with it',
      ),
      suggestion((known) => known.stages['container.run'].broken?.reason),
      suggestion((known) => uncaught(known) && `the log ends with an uncaught error: ${uncaught(known)?.line}`),
    ],
    advice:
      'The runner itself ended early (os._exit, a killed worker, -x, a crash of a native part): look at the test that was in flight last.',
  },
  {
    cause: 'no-report',
    title: 'Test results are owed, and the log has none',
    for: [
      proof((known) => brokenBy(known, 'report.read') === 'no-report' && known.stages['report.read'].broken?.reason),
    ],
    against: [
      refutation(
        (known) => statementOf(known)?.state === 'truncated' && 'the end of the log is lost, and the results with it',
      ),
      suggestion((known) => uncaught(known) && `the log ends with an uncaught error: ${uncaught(known)?.line}`),
      suggestion((known) => known.stages['container.run'].broken?.reason),
    ],
    advice: 'Say which tool it is (`report: pytest`, …) and let it print its results, or drop `expect.tests`.',
  },
  {
    cause: 'results-contradict',
    title: 'Exit code and test results contradict each other',
    for: [
      proof(contradiction),
      proof((known) => runBroken(known) === 'exit-contradicted' && known.stages['container.run'].broken?.reason),
    ],
    advice:
      'Something between the test tool and the exit code loses it: a pipe without pipefail, `|| true`, a wrapper script, an exit in a teardown.',
  },
];

function contradiction(known: Case): string | undefined {
  const report = reportOf(known);
  const { exitCode } = endOf(known) ?? {};
  if (report === undefined || exitCode === undefined || unaccounted(known) !== undefined) return undefined;
  const bad = report.failed + report.errored;
  if (exitCode === 0 && bad > 0) return `exit code 0, but ${bad} tests failed`;
  return exitCode !== 0 && bad === 0 ? `exit code ${exitCode}, but no test failed` : undefined;
}
