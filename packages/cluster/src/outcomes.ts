/**
 * What became of a request. Expected outcomes are values; a rejected promise is a bug of the adapter.
 * `unavailable` and `throttled` mean "ask again": nothing is known to exist, and asking again is safe because the name is deterministic.
 */
export type EnsureOutcome =
  | ({ readonly kind: 'created' } & TakenJob)
  /** It was there already with our identity and spec hash: an earlier request whose answer got lost. */
  | ({ readonly kind: 'adopted' } & TakenJob)
  /** An object that is not ours has the name. Permanent. */
  | { readonly kind: 'collision'; readonly message: string }
  /** The cluster will never take this Job (invalid, forbidden by policy). Permanent. */
  | { readonly kind: 'denied'; readonly message: string }
  /** Quota is used up; it may be free later. */
  | { readonly kind: 'quota'; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'throttled'; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'unavailable'; readonly message: string };

interface TakenJob {
  readonly uid: string;
  readonly at: number;
  /** What of the request this cluster does not do, in its own words. */
  readonly warning?: string;
}

/** Of `stop` and `remove`. `absent` is success too: what should not be there is not there. */
export type ChangeOutcome =
  { readonly kind: 'done' } | { readonly kind: 'absent' } | { readonly kind: 'unavailable'; readonly message: string };

/** Of opening a log. The end of `body` proves nothing: it ends when the source says so, or breaks by throwing (see `log-breaks.ts`). */
export type LogOutcome =
  | {
      readonly kind: 'open';
      readonly body: AsyncIterable<LogPart>;
      /** It is read where what was rotated away is kept, so nothing is lost by reading it again later instead of following it. */
      readonly isKept?: boolean;
    }
  /** The container has not started yet. */
  | { readonly kind: 'waiting'; readonly message: string }
  /** There is no such container or its log is gone, for good. */
  | { readonly kind: 'gone'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

/** A piece of a log, and what its source knows of the place. */
export interface LogPart {
  /** May be empty, when there is only something to say. */
  readonly bytes: Uint8Array;
  /** Names a place in the log before the end of these bytes, in the source's own terms, to be given back when reading goes on. */
  readonly mark?: string;
  /**
   * A place behind byte `at` of what was read. `rotation`: the source does not have any more what came there. `rotated`: it went on in a new
   * file there, and whether the one before was read to its end cannot be seen.
   */
  readonly gap?: { readonly at: number; readonly cause: 'rotation' | 'rotated' };
  /** To be called by who has done with the bytes: then their memory is used again. Who does not call it costs a source new memory. */
  readonly giveBack?: () => void;
}

/** Of opening a spool. The body is what it still gives, in order and each piece with its place; only a hash proves that it is all. */
export type SpoolOutcome =
  | { readonly kind: 'open'; readonly body: AsyncIterable<SpoolPart> }
  /** There is none, for good. */
  | { readonly kind: 'gone'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

export interface SpoolPart {
  /** Of its first byte in the output. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Of opening the report file of a Job. The body is the whole file as it was when the command had ended, or breaks by throwing. */
export type ReportOutcome =
  | { readonly kind: 'open'; readonly body: AsyncIterable<Uint8Array> }
  /** The container has not ended yet. */
  | { readonly kind: 'waiting'; readonly message: string }
  /** There is none, for good: the command wrote none, it is too large, or this cluster has no report files. */
  | { readonly kind: 'gone'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };
