/** A log that was asked for counts as being opened until its source answers, or for this long. Milliseconds. */
const OPENING_MS = 1_000;
/** With so many being opened the source is busy with that. */
const MANY_OPENING = 8;
const SECOND_MS = 1_000;

/**
 * How much followed logs bring just now. Of a followed log the kubelet, the API server and we handle nearly each line by itself, which costs two
 * and a half times as much as the same line of a log that is read in one go (docs/performance.md). So while there is much of it, the next log had
 * better wait for the end of its container.
 */
export class LogTraffic {
  readonly #heavyAt: number;
  readonly #openingUntil = new Map<object, number>();
  #secondBegan = 0;
  /** Pieces of this second, and of the one before. */
  #pieces = 0;
  #piecesBefore = 0;

  /** `heavyAt`: pieces a second. */
  constructor(heavyAt: number) {
    this.#heavyAt = heavyAt;
  }

  /** Whether the next log had better wait. */
  get isHeavy(): boolean {
    const now = performance.now();
    this.#turn(now);
    for (const [log, until] of this.#openingUntil) if (until <= now) this.#openingUntil.delete(log);
    const left = 1 - (now - this.#secondBegan) / SECOND_MS;
    return this.#pieces + this.#piecesBefore * left >= this.#heavyAt || this.#openingUntil.size >= MANY_OPENING;
  }

  opening(log: object): void {
    this.#openingUntil.set(log, performance.now() + OPENING_MS);
  }

  /** A piece of it came, however long. */
  brought(log: object): void {
    this.#openingUntil.delete(log);
    this.#turn(performance.now());
    this.#pieces++;
  }

  closed(log: object): void {
    this.#openingUntil.delete(log);
  }

  #turn(now: number): void {
    const seconds = Math.floor((now - this.#secondBegan) / SECOND_MS);
    if (seconds === 0) return;
    this.#piecesBefore = seconds === 1 ? this.#pieces : 0;
    this.#pieces = 0;
    this.#secondBegan += seconds * SECOND_MS;
  }
}
