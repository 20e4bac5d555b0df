import { KnownObjects, type Observation } from '@lacuna/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from './collections.ts';
import { Losses } from './losses.ts';
import { merge } from './merge.ts';
import { ObservedCollection } from './observed-collection.ts';
import type { WatchDeps } from './watch-loop.ts';

/** Observes collections as one: a listing of all of them, and the watches that go on from it until one is lost or the next listing is due. */
export class EvidenceObserver {
  readonly #relistMs: number;
  readonly #collections: readonly ObservedCollection[];
  readonly #known = new KnownObjects();
  readonly #losses: Losses;

  constructor(deps: WatchDeps, collections: readonly Collection[]) {
    this.#relistMs = deps.timings.relistMs;
    this.#losses = new Losses(deps.timings);
    this.#collections = collections.map((collection) => new ObservedCollection(deps, collection));
  }

  /** After every loss, and every few minutes, from the start. */
  async *observe(end: AbortSignal): AsyncGenerator<Observation> {
    while (!end.aborted) {
      const abort = new AbortController();
      try {
        yield* this.#known.track(this.#listAndWatch(AbortSignal.any([end, abort.signal])));
      } finally {
        abort.abort();
      }
      const { latest } = this.#losses;
      if (latest !== undefined) yield { kind: 'lost', because: latest.because, at: Date.now() };
      await delay(this.#losses.pauseMs(), undefined, { signal: end }).catch(() => undefined);
    }
  }

  async *#listAndWatch(end: AbortSignal): AsyncGenerator<Observation> {
    const at = Date.now();
    let drift = 0;
    for (const collection of this.#collections) {
      const listed = await collection.list(end);
      if (listed.kind === 'lost') return this.#losses.add(listed.loss, 0);
      drift += listed.drift;
      yield* listed.observations;
    }
    yield { kind: 'synced', at, drift };
    yield* this.#watch(end);
  }

  async *#watch(end: AbortSignal): AsyncGenerator<Observation> {
    const startedAt = performance.now();
    const untilDue = AbortSignal.any([end, AbortSignal.timeout(this.#relistMs)]);
    const watches = this.#collections.map((collection) => collection.watch(untilDue));
    for await (const step of merge(watches, untilDue)) {
      if (step.kind === 'lost') return this.#losses.add(step.loss, performance.now() - startedAt);
      yield step.observation;
    }
    this.#losses.clear();
  }
}
