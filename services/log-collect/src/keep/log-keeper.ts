import type { LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import { closedLogAt, closedLogOfTime, type ClosedLogRef } from './closed-log-ref.ts';
import type { LogRoom } from './log-room.ts';
import { moveLog } from './move-log.ts';
import { removeLog } from './remove-log.ts';
import type { StuckLogs } from './stuck-logs.ts';
import { untilDone } from './until-done.ts';

export interface KeepDeps {
  readonly bus: Pick<
    Bus,
    'readFact' | 'readFacts' | 'readLog' | 'logEnd' | 'publishFact' | 'purgeLog' | 'storedLogs' | 'logStoreState'
  >;
  readonly archive: LogArchive | undefined;
  readonly room: LogRoom;
  readonly stuck: StuckLogs;
  readonly now: () => number;
  /** A closed log stays in the stream this long, unless room is needed. Milliseconds. */
  readonly archiveAfterMs: number;
  /** A closed log is kept this long in all; for ever when undefined. Milliseconds. */
  readonly retentionMs: number | undefined;
  readonly onDone: (what: 'archived' | 'removed') => void;
  readonly onError: (error: unknown) => void;
}

/** Logs that are moved or removed at a time; each takes some MiB of memory. */
const AT_ONCE = 4;
/** Between two looks, as far as the settings don't ask for more. Milliseconds. */
const LOOK_MS = { least: 500, most: 30_000 } as const;

/**
 * Moves closed logs from the stream to the archive, and removes those that are kept no longer. What there is to do is found by looking at what is
 * there, in the stream and in the archive: nothing has to be remembered, and whoever starts anew goes on. Replicas look in another order each, and
 * when two meet at one log, no harm is done.
 */
export class LogKeeper {
  readonly #deps: KeepDeps;
  /** When the logs of the stream were closed, of those of which it is known. */
  readonly #closedAt = new Map<string, number>();
  /** Nothing more can be done about them by this process; it is told. */
  readonly #givenUp = new Set<string>();

  constructor(deps: KeepDeps) {
    this.#deps = deps;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { archive, archiveAfterMs, retentionMs = Infinity, room, onError } = this.#deps;
    if (archive === undefined && retentionMs === Infinity) return;
    const share = Math.min(archive === undefined ? Infinity : archiveAfterMs, retentionMs) / 4;
    const lookMs = Math.max(LOOK_MS.least, Math.min(LOOK_MS.most, share));
    const watching = room.watch(signal);
    while (!signal.aborted) {
      for (const look of [this.lookAtStream.bind(this), this.lookAtArchive.bind(this)])
        await look(signal).catch((error: unknown) => signal.aborted || onError(error));
      await room.pause(lookMs, signal);
    }
    await watching;
  }

  /** Moves and removes what is due of the logs in the stream. */
  async lookAtStream(signal: AbortSignal): Promise<void> {
    const subjects = await this.#deps.bus.storedLogs();
    const stored = new Set(subjects);
    for (const known of [...this.#closedAt.keys(), ...this.#givenUp])
      if (!stored.has(known)) {
        this.#closedAt.delete(known);
        this.#givenUp.delete(known);
      }
    await eachOf(shuffled(subjects), (subject) => this.#lookAt(subject, signal), signal);
  }

  /** Removes what is due of the logs in the archive, the oldest first. */
  async lookAtArchive(signal: AbortSignal): Promise<void> {
    const { archive, bus, now, retentionMs } = this.#deps;
    if (archive === undefined || retentionMs === undefined) return;
    const due = async function* () {
      for await (const named of archive.list(signal)) {
        if (named.closedAt + retentionMs > now()) return;
        yield named;
      }
    };
    const remove = async (
      named: Parameters<typeof closedLogOfTime>[1] & { readonly object: string },
    ): Promise<void> => {
      const log = await closedLogOfTime(bus, named);
      if (log !== undefined) await this.#remove(log, retentionMs, signal);
      // Of no log that any fact knows, or one that was written and then found to be there already under another name.
      await archive.remove(named, signal);
    };
    await eachOf(due(), remove, signal);
  }

  async #lookAt(subject: string, signal: AbortSignal): Promise<void> {
    const { archive, archiveAfterMs, bus, now, retentionMs = Infinity, room } = this.#deps;
    if (this.#givenUp.has(subject)) return;
    const isDue = (closedAt: number): boolean =>
      now() >= closedAt + retentionMs ||
      (archive !== undefined && (room.isNeeded || now() >= closedAt + archiveAfterMs));
    const known = this.#closedAt.get(subject);
    if (known !== undefined && !isDue(known)) return;
    const log = await closedLogAt(bus, subject);
    if (log === undefined) return;
    this.#closedAt.set(subject, log.closedAt);
    if (!isDue(log.closedAt)) return;
    if (now() >= log.closedAt + retentionMs) await this.#remove(log, retentionMs, signal);
    else if (archive !== undefined) await this.#move(log, archive, signal);
  }

  async #move(log: ClosedLogRef, archive: LogArchive, signal: AbortSignal): Promise<void> {
    const { bus, now, room } = this.#deps;
    await this.#untilDone(log, () => moveLog(log, { bus, archive, now }, signal), signal);
    room.freed(log.statement.bytes);
    this.#deps.onDone('archived');
  }

  async #remove(log: ClosedLogRef, retentionMs: number, signal: AbortSignal): Promise<void> {
    const { archive, bus, now } = this.#deps;
    await this.#untilDone(log, () => removeLog(log, { bus, archive, now, retentionMs }, signal), signal);
    this.#deps.onDone('removed');
  }

  async #untilDone(log: ClosedLogRef, attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await untilDone(log, attempt, this.#deps, signal);
    } catch (error) {
      if (!signal.aborted) this.#givenUp.add(log.subject);
      throw error;
    }
  }
}

/** Some at a time. What goes wrong with one is thrown when all others are done with. */
async function eachOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  handle: (item: T) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const errors: unknown[] = [];
  const left = (async function* () {
    yield* items;
  })();
  const worker = async (): Promise<void> => {
    for (let next = await left.next(); next.done !== true && !signal.aborted; next = await left.next())
      await handle(next.value).catch((error: unknown) => errors.push(error));
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  errors.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : [])));
  if (errors.length > 0) throw errors[0];
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
