import { Presence, type Observation } from '@lacuna/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { collectionsOf } from './collections.ts';
import type { Loss } from './loss.ts';
import { ObservedCollection } from './observed-collection.ts';
import { merge } from './merge.ts';
import type { WatchDeps } from './watch-loop.ts';

/** Told at every complete listing but the first. */
export interface Relisted {
  readonly because: string;
  /** Objects that a watch should have told and had not. Anything but 0 is a fault of the server, or of this adapter. */
  readonly drift: number;
}

export interface ObserveDeps extends WatchDeps {
  readonly namespace: string;
  readonly onRelisted: (relisted: Relisted) => void;
}

/** Lists and watches until the signal is aborted or the connection is closed; after every loss, and every few minutes, from the start. */
export async function* observe(deps: ObserveDeps, signal: AbortSignal): AsyncGenerator<Observation> {
  const end = AbortSignal.any([signal, deps.connection.closed]);
  const observer = new Observer(deps);
  while (!end.aborted) {
    const abort = new AbortController();
    try {
      for await (const observation of observer.round(AbortSignal.any([end, abort.signal]))) {
        if (end.aborted) return;
        yield observation;
      }
    } finally {
      abort.abort();
    }
    await delay(observer.pauseMs(), undefined, { signal: end }).catch(() => undefined);
  }
}

/** One observer's rounds: a listing of everything, and the watches that go on from it until one is lost or the next listing is due. */
class Observer {
  readonly #deps: ObserveDeps;
  readonly #collections: readonly ObservedCollection[];
  readonly #presence = new Presence();
  #isFirst = true;
  #loss: Loss = { because: 'due' };
  #lossesInARow = 0;

  constructor(deps: ObserveDeps) {
    this.#deps = deps;
    this.#collections = collectionsOf(deps.namespace).map((collection) => new ObservedCollection(deps, collection));
  }

  round(end: AbortSignal): AsyncGenerator<Observation> {
    return this.#presence.track(this.#listAndWatch(end));
  }

  /** Until the next round: what the server asked for, else a random part of a time that doubles with each loss in a row. */
  pauseMs(): number {
    const { maxBackoffMs } = this.#deps.timings;
    const backoffMs = Math.min(maxBackoffMs, (maxBackoffMs / 100) * 2 ** this.#lossesInARow);
    return this.#loss.retryAfterMs ?? Math.random() * backoffMs;
  }

  async *#listAndWatch(end: AbortSignal): AsyncGenerator<Observation> {
    let drift = 0;
    for (const collection of this.#collections) {
      const listed = await collection.list(end);
      if (listed.kind === 'lost') return this.#lose(listed.loss, 0);
      drift += listed.drift;
      yield* listed.observations;
    }
    if (!this.#isFirst) this.#deps.onRelisted({ because: this.#loss.because, drift });
    this.#isFirst = false;
    yield { kind: 'synced', at: Date.now() };
    yield* this.#watch(end);
  }

  async *#watch(end: AbortSignal): AsyncGenerator<Observation> {
    const startedAt = performance.now();
    const { relistMs } = this.#deps.timings;
    const untilDue = AbortSignal.any([end, AbortSignal.timeout(relistMs)]);
    const watches = this.#collections.map((collection) => collection.watch(untilDue));
    for await (const step of merge(watches, untilDue)) {
      if (step.kind === 'lost') return this.#lose(step.loss, performance.now() - startedAt);
      yield step.observation;
    }
    this.#lossesInARow = 0;
    this.#loss = { because: 'due' };
  }

  #lose(loss: Loss, livedMs: number): void {
    this.#loss = loss;
    this.#lossesInARow = livedMs < this.#deps.timings.shortestWatchMs ? this.#lossesInARow + 1 : 0;
  }
}
