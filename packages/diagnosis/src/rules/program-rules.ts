import { aloneVerdict } from '@lacuna/lifecycle';
import type { Case } from '../case.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { inLog, saidInLog, signalText } from '../said-in-log.ts';
import { someNames } from '../some-names.ts';
import { shellWords } from './command-rules.ts';

/** Signals that a process gets for what it did itself (signal(7)): these are crashes, whoever else may send them. */
const CRASH_SIGNALS = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS']);
/** The same as exit codes, 128 + signal, as a shell passes them on. */
const CRASH_EXITS: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  133: 'SIGTRAP',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  139: 'SIGSEGV',
};

/** Why a program ended badly by itself: its tests, its own decision, an error, or a crash. */
export const PROGRAM_RULES: readonly Rule[] = [
  {
    cause: 'tests-failed',
    title: 'Tests failed',
    for: [proof((known) => known.unaccounted === undefined && failures(known))],
    against: [
      hint(
        (known) =>
          (inLog(known, 'connection-refused') ?? inLog(known, 'pool-exhausted')) !== undefined &&
          'the log holds connection errors, which may be why',
      ),
    ],
    advice: 'The result is proven: read those tests. If they pass alone, run the suite again by itself and compare.',
  },
  {
    // Cause 3 of the seed's investigation: programs that are meant to fail, told apart from crashes.
    cause: 'exit-by-design',
    title: 'The program chose its exit code',
    for: [
      suggestion((known) => ownExit(known) && `exit code ${known.end?.exitCode}, neither a signal nor a crash`),
      suggestion(
        (known) =>
          ownExit(known) && known.log !== undefined && quiet(known) && 'its log ends without an uncaught error',
      ),
      hint((known) => ownExit(known) && known.statement?.state === 'sealed' && 'its log is proven complete'),
    ],
    against: [
      refutation(({ uncaught }) => uncaught && `the log ends with ${uncaught.line}`),
      refutation((known) => shellWords(known)),
      suggestion((known) => failures(known)),
      suggestion(({ unaccounted }) => unaccounted),
      suggestion(
        ({ statement }) =>
          statement?.state === 'truncated' && 'the end of its log is lost, and with it perhaps an error',
      ),
      suggestion(({ log }) => log?.found[0] !== undefined && signalText(log.found[0])),
      suggestion((known) => endsOtherwiseAlone(known) && 'run by itself, it ended differently'),
    ],
    advice:
      'This is the result of the command itself (sys.exit, exit N): read what it prints before the end. If it is meant to fail, nothing is wrong: `failed` is its proven result.',
  },
  {
    cause: 'uncaught-exception',
    title: 'An uncaught error ended the program',
    for: [
      proof(({ failedByItself, uncaught }) => failedByItself && uncaught && `the log ends with: ${uncaught.line}`),
      hint(
        ({ end, failedByItself, uncaught }) =>
          failedByItself && uncaught && `exit code ${end?.exitCode ?? end?.signal}`,
      ),
    ],
    against: [suggestion(({ report }) => report?.summary === 'agrees' && 'the test tool came to its own end')],
    advice:
      'The log has the stack just before its end: `lacuna logs ID | tail -40`. It is an error of the program, not of the platform.',
  },
  {
    cause: 'crash',
    title: 'The program crashed',
    for: [
      proof((known) => crashSignal(known) && `ended by ${crashSignal(known)}, which is its own doing`),
      saidInLog('crash'),
    ],
    advice:
      'A native crash (an extension, the runtime itself): look for a core dump, and try without the newest native dependency.',
  },
];

function failures(known: Case): string | undefined {
  const { report } = known;
  if (report === undefined || report.failed + report.errored === 0) return undefined;
  return `${report.failed + report.errored} of ${report.passed + report.failed + report.errored + report.skipped} tests failed: ${someNames(report.failures, report.failed + report.errored)}`;
}

/** A decision of the program is the same when it runs by itself. */
function endsOtherwiseAlone({ evaluation }: Case): boolean {
  const verdict = aloneVerdict(Object.values(evaluation.comparisons ?? {}));
  return verdict === 'passes-alone' || verdict === 'flaky';
}

function ownExit(known: Case): boolean {
  return known.failedByItself && known.end?.signal === undefined && crashSignal(known) === undefined;
}

function quiet(known: Case): boolean {
  return known.uncaught === undefined && inLog(known, 'crash') === undefined;
}

function crashSignal(known: Case): string | undefined {
  const { signal, exitCode } = known.end ?? {};
  if (!known.failedByItself) return undefined;
  return signal !== undefined && CRASH_SIGNALS.has(signal) ? signal : CRASH_EXITS[exitCode ?? 0];
}
