import type { LogStatement, TestReport } from '@lacuna/contracts';
import { accountFor } from '@lacuna/evidence';
import { endOf, type Case } from './case.ts';
import { lastError, type LastError } from './log/last-error.ts';
import type { LogSignal, SignalKind } from './log/signals.ts';

/** 128 + 9: how a shell, and Kubernetes, tell of SIGKILL (POSIX.1-2024, XCU 2.8.2). */
const SIGKILL_EXIT = 137;

/** Whether it, or the child that its shell waited for last, was ended by SIGKILL. */
export const hasExitOfSigkill = (known: Case): boolean => endOf(known)?.exitCode === SIGKILL_EXIT;

/** What is proven of the log, once it is closed. */
export function statementOf({ pod }: Case): LogStatement | undefined {
  return pod?.logClosed?.data.statement;
}

/** The test results as they were read, when there are any. */
export function reportOf({ pod }: Case): TestReport | undefined {
  return pod?.report?.data.report;
}

/** What people read about test results that do not add up; undefined when they do, or when there are none. */
export function unaccounted(known: Case): string | undefined {
  const report = reportOf(known);
  const accounting = report && accountFor(report, known.evaluation.submitted?.data.spec.expect?.tests);
  return accounting?.complete === false ? accounting.statement : undefined;
}

/** Names of some tests, and how many more there are. */
export function someNames(tests: readonly string[], all: number = tests.length): string {
  const shown = tests.slice(0, 3);
  return all > shown.length ? `${shown.join(', ')} and ${all - shown.length} more` : shown.join(', ');
}

/** Whether the program ended by itself and badly: not passed, and not ended by the platform, a limit or a cancellation. */
export function failedByItself(known: Case): boolean {
  const end = endOf(known);
  if (end === undefined || known.stages['container.run'].broken !== undefined || end.reason === 'Stopped') return false;
  return (end.exitCode ?? 0) !== 0 || end.signal !== undefined;
}

/** The uncaught error that the log ends with, if it does. */
export function uncaught({ log }: Case): LastError | undefined {
  return log === undefined ? undefined : lastError(log.tail);
}

/** A kind of signal in what was read of the log. */
export function signalOf({ log }: Case, kind: SignalKind): LogSignal | undefined {
  return log?.found.find((signal) => signal.kind === kind);
}

/** A signal as people read it: how often, and its last line. */
export function signalText({ kind, count, line }: LogSignal): string {
  return `the log has ${count === 1 ? '1 line' : `${count} lines`} of ${kind.replaceAll('-', ' ')}, last: ${line.trim()}`;
}

/** That others ran meanwhile; undefined when none did, or when it is not known. */
export function overlapping({ overlap }: Case): string | undefined {
  const others = overlap?.evaluations ?? 0;
  if (others === 0) return undefined;
  return `${others === 1 ? '1 other evaluation' : `${others} other evaluations`} ran at the same time`;
}
