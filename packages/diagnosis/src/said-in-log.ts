import type { Case } from './case.ts';
import { failedByItself, signalOf, signalText } from './evidence-of.ts';
import type { SignalKind } from './log/signals.ts';
import { suggestion, type Sign } from './rule.ts';

/** So many of the last bytes count as the end of a log. */
const END_BYTES = 16 * 1024;

/** For a program that failed by itself: its log has lines of this kind. */
export const saidInLog = (kind: SignalKind): Sign => suggestion((known) => failedByItself(known) && inLog(known, kind));

/** For a program that failed by itself: such lines stand at the end of its log. */
export const saidAtEnd = (kind: SignalKind): Sign => suggestion((known) => failedByItself(known) && atEnd(known, kind));

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
