import type { Identity, Observation } from './observation.ts';

interface Known {
  readonly object: 'job' | 'pod';
  readonly identity: Identity;
  /** The relist that told it last. */
  relist: number;
}

/** What one observer has been told to exist, so that after a break it can also be told what is no longer there. For adapters. */
export class KnownObjects {
  readonly #known = new Map<string, Known>();
  #relist = 0;

  /** Passes one unbroken watch on (relist, `synced`, changes), with `vanished` before `synced` for all that an earlier watch told and this relist did not. */
  async *track(watch: AsyncIterable<Observation>): AsyncGenerator<Observation> {
    this.#relist++;
    for await (const observation of watch) {
      this.#note(observation);
      if (observation.kind === 'synced') yield* this.#missing(observation.at);
      yield observation;
    }
  }

  #note(observation: Observation): void {
    switch (observation.kind) {
      case 'job':
        return this.#exists('job', observation.job.uid, observation.job);
      case 'pod':
        return this.#exists('pod', observation.pod.uid, observation.pod);
      case 'vanished':
        this.#known.delete(observation.uid);
        return undefined;
      case 'warning':
      case 'node':
      case 'lost':
      case 'blind':
      case 'synced':
        return undefined;
    }
  }

  #exists(object: 'job' | 'pod', uid: string, { evaluation, attempt }: Identity): void {
    const known = this.#known.get(uid);
    if (known === undefined) {
      this.#known.set(uid, { object, identity: { evaluation, attempt }, relist: this.#relist });
    } else {
      known.relist = this.#relist;
    }
  }

  *#missing(at: number): Generator<Observation> {
    for (const [uid, { object, identity, relist }] of this.#known) {
      if (relist === this.#relist) continue;
      this.#known.delete(uid);
      yield { kind: 'vanished', object, uid, identity, at };
    }
  }
}
