import type { Observation } from '@lacuna/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from './collections.ts';
import type { Loss } from './loss.ts';
import { Losses } from './losses.ts';
import { ObservedCollection } from './observed-collection.ts';
import type { WatchDeps } from './watch-loop.ts';

/**
 * Observes a collection that only explains. A server that refuses it (a role without events, or without nodes) is asked again from time to
 * time, and said to be `blind` to it once for each reason; that a watch ended is no news here.
 */
export class ExplanationObserver {
  readonly #to: 'events' | 'nodes';
  readonly #observed: ObservedCollection;
  readonly #losses: Losses;
  readonly #relistMs: number;
  #toldBecause: string | undefined;

  constructor(deps: WatchDeps, collection: Collection & { readonly name: 'events' | 'nodes' }) {
    this.#to = collection.name;
    this.#observed = new ObservedCollection(deps, collection);
    this.#losses = new Losses(deps.timings);
    this.#relistMs = deps.timings.relistMs;
  }

  async *observe(end: AbortSignal): AsyncGenerator<Observation> {
    while (!end.aborted) {
      const listed = await this.#observed.list(end);
      if (listed.kind === 'lost') {
        this.#losses.add(listed.loss, 0);
        yield* this.#blind(listed.loss);
      } else {
        this.#toldBecause = undefined;
        yield* listed.observations;
        yield* this.#watch(end);
      }
      await delay(this.#losses.pauseMs(), undefined, { signal: end }).catch(() => undefined);
    }
  }

  async *#watch(end: AbortSignal): AsyncGenerator<Observation> {
    const startedAt = performance.now();
    const untilDue = AbortSignal.any([end, AbortSignal.timeout(this.#relistMs)]);
    for await (const step of this.#observed.watch(untilDue)) {
      if (step.kind === 'lost') return this.#losses.add(step.loss, performance.now() - startedAt);
      yield step.observation;
    }
    this.#losses.clear();
  }

  *#blind({ because }: Loss): Generator<Observation> {
    if (because === this.#toldBecause) return;
    this.#toldBecause = because;
    yield { kind: 'blind', to: this.#to, because, at: Date.now() };
  }
}
