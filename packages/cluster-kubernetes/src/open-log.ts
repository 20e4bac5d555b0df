import type { ContainerRef, LogOutcome, LogPart, LogPosition } from '@lacuna/cluster';
import { podsPath } from './collections.ts';
import { MAIN_CONTAINER } from './job-manifest.ts';
import { readAnswer, type KubeConnection } from './kube-connection.ts';
import { LogReading } from './log-reading.ts';
import type { FilePlace } from './log-folder.ts';
import type { SourcePiece } from './log-text.ts';
import type { NodeFiles } from './node-files.ts';
import { breakOfLog, LogRefused, refusalOfError, refusalOfStatus } from './log-refusal.ts';

export interface LogDeps {
  readonly connection: KubeConnection;
  readonly namespace: string;
  /** Where logs are read that are not followed, as far as that can be. */
  readonly nodeFiles?: Pick<NodeFiles, 'open'> | undefined;
  /** See `Timings.logGraceMs`. */
  readonly graceMs: number;
}

/** From here on a connection of its own costs less than it saves. Bytes. */
const LONG_BYTES = 4 * 2 ** 20;

/**
 * Opens a container's log. The kubelet answers a follow only with the first byte: what is not refused for a while is open, and a refusal that
 * comes later breaks the body. What is there, and only contradicts or can't be followed, is no refusal.
 */
export async function openLog(
  deps: LogDeps,
  container: ContainerRef,
  from: LogPosition,
  signal: AbortSignal,
): Promise<LogOutcome> {
  const abort = new AbortController();
  const end = AbortSignal.any([signal, abort.signal]);
  const source = new LogSource(deps, container, end);
  const parts =
    from.sealedBytes !== undefined
      ? partsOf(source.ask({ follow: false, timestamps: false, bytes: from.sealedBytes }))
      : new LogReading((follow, place) => source.ask({ follow, timestamps: true, from: place }), from).parts(
          from.follow,
        );
  const first = parts.next();
  // A timer of its own: to abort a waiting makes an error with its stack, for each log.
  const { promise: grace, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deps.graceMs);
  try {
    // What is not followed is answered at once, if at all.
    await (from.follow ? Promise.race([first, grace]) : first);
  } catch (error) {
    if (breakOfLog(error) === undefined) return refusalOfError(error);
  } finally {
    clearTimeout(timer);
  }
  first.catch(() => undefined);
  return { kind: 'open', body: resume(first, parts, abort), isKept: source.isKept };
}

/** What is asked of the source of a log; `from`: only what it has behind a place, which the API server has not. */
interface Asked {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly from?: FilePlace | undefined;
  /** How many are expected. */
  readonly bytes?: number;
}

/** Where a container's log comes from: the files of its node where those can be had and it is not followed, else the API server. */
class LogSource {
  readonly #deps: LogDeps;
  readonly #container: ContainerRef;
  readonly #signal: AbortSignal;
  /** It came from the files. */
  isKept = false;

  constructor(deps: LogDeps, container: ContainerRef, signal: AbortSignal) {
    this.#deps = deps;
    this.#container = container;
    this.#signal = signal;
  }

  /**
   * With timestamps unless the seal tells what is log, and never with `sinceTime`, `tailLines` or `limitBytes`: the first is in whole seconds and leaves out what a clock that
   * was set back stamped, the others cut without a word (faults L8, L11, L12).
   */
  async *ask({ follow, timestamps, from, bytes: expected = 0 }: Asked): AsyncGenerator<SourcePiece> {
    const { connection, namespace, nodeFiles } = this.#deps;
    const signal = this.#signal;
    const files = follow ? undefined : await nodeFiles?.open(this.#container, { timestamps, from }, signal);
    this.isKept = files !== undefined;
    if (files !== undefined) return yield* files;
    // The API server knows of no places.
    if (from !== undefined) return;
    const path = `${podsPath(namespace)}/${encodeURIComponent(this.#container.podName)}/log`;
    const query = { container: MAIN_CONTAINER, timestamps, follow };
    const call = { path, query };
    const response =
      expected >= LONG_BYTES
        ? await connection.openLong(call, signal)
        : await (follow ? connection.follow(call, signal) : connection.open('logs', call, signal));
    if (response.status !== 200) throw new LogRefused(refusalOfStatus(await readAnswer(response)));
    for await (const piece of response.body) yield piece instanceof Uint8Array ? { bytes: piece } : piece;
  }
}

async function* partsOf(body: AsyncIterable<SourcePiece>): AsyncGenerator<LogPart> {
  for await (const { recordAt: _, ...part } of body) yield part;
}

async function* resume(
  first: Promise<IteratorResult<LogPart>>,
  parts: AsyncGenerator<LogPart>,
  abort: AbortController,
): AsyncGenerator<LogPart> {
  try {
    for (let step = await first; step.done !== true; step = await parts.next()) yield step.value;
  } catch (error) {
    throw breakOfLog(error) ?? error;
  } finally {
    abort.abort();
  }
}
