import type { FactData } from '@lacuna/contracts';
import type { Obstacle } from './obstacle.ts';

export type Wait = NonNullable<FactData<'job-created'>['waits']>[number];

interface Period {
  readonly cause: Obstacle['cause'];
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
}

/** Obstacles that come back sooner count as one: at full speed they come and go with every Job. */
const GAP_MS = 20;
/** The oldest periods are forgotten. */
const KEPT = 1_000;

/** What stood in the way of the next Job, and when; so that for every evaluation it can be said what it waited for. */
export class BlockedTime {
  readonly #periods: Period[] = [];

  /** From now on this is in the way, or nothing is. */
  note(cause: Obstacle['cause'] | undefined, now: number): void {
    const last = this.#periods.at(-1);
    if (last !== undefined && last.to === Infinity) {
      if (last.cause === cause) return;
      last.to = now;
    }
    if (cause === undefined) return;
    if (last !== undefined && last.cause === cause && now - last.to < GAP_MS) last.to = Infinity;
    else this.#periods.push({ cause, from: now, to: Infinity });
    if (this.#periods.length > KEPT) this.#periods.shift();
  }

  /** What was lost between two times, by cause: what stood in the way of whoever waited. */
  between(from: number, to: number): Wait[] {
    const waits = new Map<Wait['cause'], Wait>();
    for (let i = this.#periods.length - 1; i >= 0; i--) {
      const period = this.#periods[i] as Period;
      if (period.to <= from) break;
      const [begin, end] = [Math.max(from, period.from), Math.min(to, period.to)];
      if (end <= begin) continue;
      const later = waits.get(period.cause);
      waits.set(period.cause, {
        stage: 'queue',
        cause: period.cause,
        from: begin,
        to: later?.to ?? end,
        ms: (later?.ms ?? 0) + end - begin,
      });
    }
    return [...waits.values()].toReversed();
  }
}
