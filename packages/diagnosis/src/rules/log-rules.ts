import { formatDuration } from '@lacuna/contracts';
import { brokenBy, runBroken, endOf, isStuckIn, waitedIn, type Case } from '../case.ts';
import { reportOf, statementOf, uncaught, unaccounted } from '../evidence-of.ts';
import { behind } from '../reader-clues.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';

/** A log is closed within some hundred milliseconds of its end; later, the wait means something. */
const LATE_MS = 3_000;

/** What is wrong with the evidence of a program that ran: its log and its test results. */
export const LOG_RULES: readonly Rule[] = [
  {
    cause: 'log-mismatch',
    title: 'The log is not the one that was written',
    for: [proof((known) => statementOf(known)?.state === 'mismatch' && statementOf(known)?.reason)],
    advice:
      'Bytes were changed, doubled or mixed on their way. See what else writes to this log (a sidecar, a log driver), and `tried` in the statement.',
  },
  {
    cause: 'log-unproven',
    title: 'Nobody can prove that the log is complete',
    for: [proof((known) => statementOf(known)?.state === 'unsealed' && statementOf(known)?.reason)],
    against: [
      suggestion(
        (known) => known.stages['container.run'].broken !== undefined && 'the platform ended it, so no seal could come',
      ),
    ],
    advice:
      'Without a seal an exit code 0 proves little. Name the command explicitly, so that the sealing helper can run it; the log may well be whole.',
  },
  {
    cause: 'no-log',
    title: 'There is no log',
    for: [
      proof(
        (known) =>
          statementOf(known)?.state === 'none' && endOf(known)?.containerId !== undefined && statementOf(known)?.reason,
      ),
    ],
    against: [suggestion(({ pod }) => pod?.gone !== undefined && 'its pod went before the log could be read')],
    advice:
      'The log was gone before it could be read: the pod was removed too early, or its node is away. Look for what deletes pods.',
  },
  {
    cause: 'log-late',
    title: 'The log does not come to its end',
    for: [
      suggestion(
        (known) =>
          unclosed(known) &&
          waitedSinceEnd(known) >= LATE_MS &&
          `the container ended ${formatDuration(waitedSinceEnd(known))} ago, and its log is not closed`,
      ),
      suggestion(
        ({ stages }) =>
          stages['log.capture'].outcome === 'missing' && stages['log.capture'].missing?.raised?.data.reason,
      ),
    ],
    against: [suggestion((known) => behind(known, 'log-collect'))],
    advice:
      'The source of the log does not answer or never ends: see the kubelet of its node, and what log-collect says of this pod.',
  },
  {
    cause: 'log-store-full',
    title: 'The log store has no room',
    for: [proof((known) => unclosed(known) && known.pod?.logHeldUp?.data.why)],
    advice:
      'Give the NATS server more storage, or let less be kept: the capture waits, and nothing is lost while the source still has it.',
  },
  {
    cause: 'late-writers',
    title: 'Something it left behind still wrote when it had ended',
    for: [
      suggestion(
        (known) =>
          endOf(known)?.seal?.lateWriters === true &&
          `its output was still held open${lateWriters(known)} when the wait for it was over; what came later is not in the log`,
      ),
      suggestion(
        (known) =>
          endOf(known)?.seal?.lateWriters === true &&
          statementOf(known)?.state === 'sealed' &&
          'the log is sealed up to there: the rest is nobody’s evidence',
      ),
    ],
    advice:
      'The command starts a process and does not wait for it (a daemon, `&` without `wait`): let it wait for its children, or give them an output of their own.',
  },
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

function lateWriters(known: Case): string {
  const names = endOf(known)?.seal?.lateWriterNames ?? [];
  return names.length === 0 ? '' : ` by ${names.join(', ')}`;
}

function unclosed(known: Case): boolean {
  return endOf(known)?.containerId !== undefined && isStuckIn(known, 'log.capture');
}

function waitedSinceEnd({ pod, evaluation, now, ...known }: Case): number {
  const end = pod?.ended?.at;
  return end === undefined
    ? 0
    : Math.min(waitedIn({ ...known, pod, evaluation, now }, 'log.capture'), (evaluation.settled?.at ?? now) - end);
}

function contradiction(known: Case): string | undefined {
  const report = reportOf(known);
  const { exitCode } = endOf(known) ?? {};
  if (report === undefined || exitCode === undefined || unaccounted(known) !== undefined) return undefined;
  const bad = report.failed + report.errored;
  if (exitCode === 0 && bad > 0) return `exit code 0, but ${bad} tests failed`;
  return exitCode !== 0 && bad === 0 ? `exit code ${exitCode}, but no test failed` : undefined;
}
