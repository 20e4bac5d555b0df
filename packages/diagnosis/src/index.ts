/**
 * State to ranked causes: what the facts of an evaluation, and what is known around it, allow as reasons, each with what speaks for and
 * against it and what to do next. The causes are data (`rules/`). Pure: time, queue figures and the signals of a log are arguments.
 * It decides nothing: verdicts and findings are lifecycle's, and no cause is named without a fact for it.
 */
export { asksForLog } from './asks-for-log.ts';
export { type Overlap, type QueueFigures, type Surroundings } from './surroundings.ts';
export { diagnose } from './diagnose.ts';
export { diagnoseRange } from './diagnose-range.ts';
export { digestOf, type Digest } from './digest.ts';
export { LogClues } from './log/log-clues.ts';
export { LogScanner } from './log/log-scanner.ts';
export type { LogSignals } from './log/signals.ts';
