import type { Case } from './case.ts';
import type { LogSignal, SignalKind } from './log/signals.ts';
import { suggestion, type Sign } from './rule.ts';

/** So many of the last bytes count as the end of a log. */
const END_BYTES = 16 * 1024;

/** For a program that failed by itself: its log has lines of this kind. */
export const saidInLog = (kind: SignalKind): Sign => suggestion((known) => known.failedByItself && inLog(known, kind));

/** For a program that failed by itself: such lines stand at the end of its log. */
export const saidAtEnd = (kind: SignalKind): Sign => suggestion((known) => known.failedByItself && atEnd(known, kind));

/** Its log ends with an uncaught error. */
export const ENDS_WITH_ERROR: Sign = suggestion(
  ({ uncaught }) => uncaught && `the log ends with an uncaught error: ${uncaught.line}`,
);

/** The lines of a kind in words; undefined when there are none. */
export function inLog(known: Case, kind: SignalKind): string | undefined {
  const signal = signalOf(known, kind);
  return signal && signalText(signal);
}

/** That the last line of a kind is one of the last of the log. */
export function atEnd(known: Case, kind: SignalKind): string | undefined {
  const signal = signalOf(known, kind);
  return signal !== undefined && signal.lastAt >= (known.log?.bytes ?? 0) - END_BYTES
    ? 'it stands at the end of the log'
    : undefined;
}

/** A signal as people read it: how often, and its last line. */
export function signalText({ kind, count, line }: LogSignal): string {
  return `the log has ${count === 1 ? '1 line' : `${count} lines`} of ${kind.replaceAll('-', ' ')}, last: ${line.trim()}`;
}

function signalOf({ log }: Case, kind: SignalKind): LogSignal | undefined {
  return log?.found.find((signal) => signal.kind === kind);
}
