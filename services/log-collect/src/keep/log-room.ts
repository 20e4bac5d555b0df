import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@lacuna/messaging';

interface LogRoomDeps {
  readonly bus: Pick<Bus, 'logStoreState'>;
  /** The stream may hold this much, in bytes; by default a share of its own limit. */
  readonly aboveBytes: number | undefined;
  /** Whether a capture waits for room now. */
  readonly isHeldUp: () => boolean;
}

/** How often the stream is looked at. Milliseconds. */
const LOOK_MS = 1_000;
/** Of the stream's own limit: from here on closed logs make room, before a capture has to wait. */
const FULL_SHARE = 0.8;

/** Whether the stream of logs needs room, so that closed logs leave it before their time. */
export class LogRoom {
  readonly #deps: LogRoomDeps;
  #bytes = 0;
  #limit: number;

  constructor(deps: LogRoomDeps) {
    this.#deps = deps;
    this.#limit = deps.aboveBytes ?? Infinity;
  }

  get isNeeded(): boolean {
    return this.#bytes > this.#limit || this.#deps.isHeldUp();
  }

  /** So many bytes have left the stream since the last look: what is enough is not moved twice over. */
  freed(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Looks again and again until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A stream that does not answer now is asked again; until then what was seen last holds.
      await this.look().catch(() => undefined);
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Throws `Failure('overloaded')` when the stream does not answer. */
  async look(): Promise<void> {
    const { bytes, maxBytes } = await this.#deps.bus.logStoreState();
    this.#bytes = bytes;
    this.#limit = this.#deps.aboveBytes ?? (maxBytes === undefined ? Infinity : maxBytes * FULL_SHARE);
  }

  /** Waits so many milliseconds, less when room is needed, or until the signal aborts. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = until - performance.now()) {
      await sleep(Math.min(LOOK_MS, left), undefined, { signal }).catch(() => undefined);
      if (this.isNeeded) return;
    }
  }
}
