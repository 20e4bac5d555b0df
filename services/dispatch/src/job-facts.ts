import { cutFor, defined, fact, type Fact, type FactData } from '@lacuna/contracts';
import type { EnsureOutcome } from '@lacuna/cluster';
import type { Bus } from '@lacuna/messaging';
import type { Wait } from './blocked-time.ts';
import type { Obstacle } from './obstacle.ts';
import type { Entry } from './queue.ts';

export interface JobFactsDeps {
  readonly bus: Pick<Bus, 'publishFact'>;
  readonly now: () => number;
  /** What the evaluation lost in the queue. */
  readonly waits: readonly Wait[];
}

/** `put-off`: it is certain that there is no Job, and later there may be one. `settled`: there is a verdict, so there shall be none. */
export type Created =
  | { readonly kind: 'said'; readonly fact: Fact }
  | { readonly kind: 'put-off'; readonly obstacle: Obstacle }
  | { readonly kind: 'settled' | 'stopped' };

type Answer = Exclude<EnsureOutcome, { kind: 'unavailable' }>;

/** What became of one attempt to create a Job, as facts. The slot was taken when this was made. */
export class JobFacts {
  readonly #entry: Entry;
  readonly #deps: JobFactsDeps;
  readonly #slotAt: number;
  readonly #unknown: UnknownOutcomes;

  constructor(entry: Entry, deps: JobFactsDeps) {
    this.#entry = entry;
    this.#deps = deps;
    this.#slotAt = deps.now();
    this.#unknown = new UnknownOutcomes(deps.now);
  }

  async answered(outcome: Answer, how: { readonly job: string; readonly requests: number }): Promise<Created> {
    switch (outcome.kind) {
      case 'created':
      case 'adopted':
        return this.#created(outcome, how);
      case 'denied':
        return this.refused('denied', outcome.message);
      case 'collision':
        return this.refused('name-collision', outcome.message);
      case 'quota':
      case 'throttled':
        return { kind: 'put-off', obstacle: { cause: outcome.kind, detail: outcome.message } };
      default:
        return outcome satisfies never;
    }
  }

  refused(cause: FactData<'job-refused'>['cause'], message: string): Promise<Created> {
    const waits = unlessEmpty(this.#waits());
    return this.#say(
      fact('job-refused', this.#about(), {
        cause,
        message: cutFor('message', message),
        slotAt: this.#slotAt,
        ...waits,
      }),
    );
  }

  /** There was no usable answer: told once. */
  async unanswered(message: string): Promise<void> {
    if (!this.#unknown.begin()) return;
    const detail = cutFor('detail', message);
    await this.#say(fact('dispatch-delayed', this.#about(), { cause: 'unavailable', detail, slotAt: this.#slotAt }));
  }

  askedAgain(): void {
    this.#unknown.end();
  }

  #created(
    { kind, uid: jobUid, at, warning }: Extract<Answer, { kind: 'created' | 'adopted' }>,
    how: { readonly job: string; readonly requests: number },
  ): Promise<Created> {
    const [slotAt, waits] = [this.#slotAt, this.#waits()];
    return this.#say(
      fact(
        'job-created',
        { ...this.#about(), at: Math.max(slotAt, at) },
        {
          ...how,
          jobUid,
          slotAt,
          adopted: kind === 'adopted',
          delaysMs: sumOf(waits),
          ...unlessEmpty(waits),
          ...defined({ warning }),
        },
      ),
    );
  }

  #about() {
    const { submitted, attempt } = this.#entry;
    return { evaluation: submitted.evaluation, attempt, at: this.#deps.now() };
  }

  #waits(): Wait[] {
    return [...this.#deps.waits, ...this.#unknown.waits()];
  }

  async #say(said: Fact): Promise<Created> {
    await this.#deps.bus.publishFact(said);
    return { kind: 'said', fact: said };
  }
}

/** The time from the first request without a usable answer to the last. */
class UnknownOutcomes {
  readonly #now: () => number;
  #from: number | undefined;
  #to = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Says whether it is the first. */
  begin(): boolean {
    const first = this.#from === undefined;
    this.#from ??= this.#now();
    return first;
  }

  end(): void {
    this.#to = this.#now();
  }

  waits(): Wait[] {
    const [from, to] = [this.#from, this.#to];
    return from === undefined ? [] : [{ stage: 'job.create', cause: 'unavailable', from, to, ms: to - from }];
  }
}

function sumOf(waits: readonly Wait[]): FactData<'job-created'>['delaysMs'] {
  const sums: FactData<'job-created'>['delaysMs'] = {};
  for (const { cause, ms } of waits) sums[cause] = (sums[cause] ?? 0) + ms;
  return sums;
}

function unlessEmpty(waits: readonly Wait[]): { readonly waits?: Wait[] } {
  return waits.length === 0 ? {} : { waits: [...waits] };
}
