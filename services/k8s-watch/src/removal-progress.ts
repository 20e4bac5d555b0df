import { CLEAN_UP, type FactType } from '@lacuna/contracts';
import type { DoneUpTo, RecordedFact } from '@lacuna/messaging';

/** By the last of these dispatch is told that everything of an evaluation may go. */
const CALLS: ReadonlySet<FactType> = new Set(['settled', 'log-closed', 'retry-ordered']);

interface Position {
  readonly at: number;
  /** Everything that the stream had stored up to it is done; infinite when dispatch had nothing left to do. */
  readonly seq: number;
}

/**
 * How far dispatch has come with its removals, now and for as long as an object has before it is an orphan: removals make way for evaluations, and
 * on a starved machine they wait in line for minutes. An object is not left behind while its removal is still to come.
 */
export class RemovalProgress {
  readonly #keptMs: number;
  readonly #positions: Position[] = [];

  /** Positions are kept for so long. Milliseconds. */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** Takes over how far the durable readers are. One that never was has done nothing. */
  note(readers: readonly DoneUpTo[], now: number): void {
    this.#positions.push({ at: now, seq: readers.find(({ consumer }) => consumer === CLEAN_UP)?.seq ?? 0 });
    // The newest of those that are old enough is still needed.
    while ((this.#positions[1]?.at ?? Infinity) <= now - this.#keptMs) this.#positions.shift();
  }

  /** Whether the removal that these facts call for was done before a time, as far as is known. */
  doneBefore(facts: readonly RecordedFact[], time: number): boolean {
    const call = callIn(facts);
    const position = this.#positions.findLast(({ at }) => at <= time);
    return call === undefined || (position !== undefined && call.storedAt <= position.at && call.seq <= position.seq);
  }
}

/** The last fact that calls for a removal. */
export function callIn(facts: readonly RecordedFact[]): RecordedFact | undefined {
  return facts.findLast(({ fact }) => CALLS.has(fact.type));
}
