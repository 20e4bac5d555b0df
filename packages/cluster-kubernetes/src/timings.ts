/** How long the adapter waits for what. Milliseconds. */
export interface Timings {
  /** A whole call: create, read, delete, one page of a list. The API server itself gives up after 60 s. */
  readonly requestMs: number;
  /** A watch that told nothing for so long is dead. Bookmarks come every 60 s (measured on 1.34), so it must be more. */
  readonly inactivityMs: number;
  /** After so long everything is listed again, whatever the watches say: servers have lost events in silence. */
  readonly relistMs: number;
  /** A watch that ended sooner than this, without a word, was no watch: some servers end one so whose version is too old. */
  readonly shortestWatchMs: number;
  /** Between two listings after a loss at most; the first comes after a hundredth of it. */
  readonly maxBackoffMs: number;
  /** The server is asked to end each watch in good order after this and up to a quarter less. */
  readonly watchMs: number;
  /** A followed log that was not refused within this is open: a silent container's log has no answer until its first byte. */
  readonly logGraceMs: number;
  /** Between two pings of a connection that carries followed logs. One that left two without an answer is broken after the third interval. */
  readonly pingMs: number;
}

/** Source of the figures: measured on Kubernetes 1.34, or what client-go does. */
export const TIMINGS: Timings = {
  requestMs: 30_000,
  inactivityMs: 90_000,
  relistMs: 300_000,
  shortestWatchMs: 2_000,
  maxBackoffMs: 10_000,
  watchMs: 300_000,
  logGraceMs: 2_000,
  pingMs: 15_000,
};
