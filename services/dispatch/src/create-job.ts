import { envPlaceOf, fact, type Fact, type FactData } from '@lacuna/contracts';
import type { EnsureOutcome, JobRequest } from '@lacuna/cluster';
import type { Bus } from '@lacuna/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Wait } from './blocked-time.ts';
import { jobRequest, type JobDefaults } from './job-request.ts';
import type { Obstacle } from './obstacle.ts';
import type { Entry } from './queue.ts';

interface CreateJobDeps {
  /** One request to the cluster; whoever sends it learns from its outcome how many may be sent. */
  readonly ask: (request: JobRequest, signal: AbortSignal) => Promise<EnsureOutcome>;
  /** How long to wait before the same request is sent again. Milliseconds. */
  readonly pauseMs: () => number;
  readonly bus: Pick<Bus, 'publishFact' | 'readEnv' | 'readFacts'>;
  /** The stream may have more about the evaluation than this process has read: it was stopped, or starved. */
  readonly isBehind: boolean;
  readonly now: () => number;
  readonly defaults: JobDefaults;
  /** What the evaluation lost in the queue. */
  readonly waits: readonly Wait[];
}

/** `put-off`: it is certain that there is no Job, and later there may be one. `settled`: there is a verdict, so there shall be none. */
export type Created =
  | { readonly kind: 'said'; readonly fact: Fact }
  | { readonly kind: 'put-off'; readonly obstacle: Obstacle }
  | { readonly kind: 'settled' | 'stopped' };

/**
 * Creates the Job of an attempt that has a slot, and says so as facts. An unknown outcome is asked for again until it is known, also when the
 * evaluation is cancelled meanwhile: a Job that may be there must be found before anybody can say that there is none. It ends with
 * `job-created` or `job-refused` stored, without a Job, or with the signal; a crash anywhere in between is harmless, because the next
 * dispatcher asks for the same name and adopts what is there (invariant I2: at most one effective create).
 */
export async function createJob(entry: Entry, deps: CreateJobDeps, signal: AbortSignal): Promise<Created> {
  const { evaluation } = entry.submitted;
  const slotAt = deps.now();
  const unknown = new UnknownOutcomes(deps.now);
  const about = () => ({ evaluation, attempt: entry.attempt, at: deps.now() });
  const say = async (said: Fact): Promise<Created> => {
    await deps.bus.publishFact(said);
    return { kind: 'said', fact: said };
  };
  const waits = () => [...deps.waits, ...unknown.waits()];
  const refuse = (cause: FactData<'job-refused'>['cause'], message: string): Promise<Created> =>
    say(fact('job-refused', about(), { cause, message: message.slice(0, 4_096), slotAt, ...unlessEmpty(waits()) }));

  const before = deps.isBehind ? await foundOut(entry, deps.bus) : undefined;
  if (before !== undefined) return before;
  if (entry.cancelled) return refuse('cancelled', 'cancelled before a Job was created');
  const env = await envOf(entry, deps.bus);
  if (env === undefined)
    return refuse('spec-lost', 'the env values of the spec are not in the LACUNA_ENV stream any more');
  const request = jobRequest(entry.submitted, entry.attempt, env, deps.defaults);

  for (let requests = 1; !signal.aborted && !entry.over; requests++) {
    const outcome = await deps.ask(request, signal);
    switch (outcome.kind) {
      case 'created':
      case 'adopted': {
        const { uid: jobUid, kind, warning } = outcome;
        const how = { job: request.name, jobUid, slotAt, adopted: kind === 'adopted', requests };
        const lost = { delaysMs: sumOf(waits()), ...unlessEmpty(waits()) };
        return say(
          fact(
            'job-created',
            { ...about(), at: Math.max(slotAt, outcome.at) },
            { ...how, ...lost, ...(warning !== undefined && { warning }) },
          ),
        );
      }
      case 'denied':
        return refuse('denied', outcome.message);
      case 'collision':
        return refuse('name-collision', outcome.message);
      case 'quota':
      case 'throttled':
        return { kind: 'put-off', obstacle: { cause: outcome.kind, detail: outcome.message } };
      case 'unavailable':
        if (unknown.begin())
          await say(
            fact('dispatch-delayed', about(), { cause: outcome.kind, detail: outcome.message.slice(0, 2_048), slotAt }),
          );
        await sleep(deps.pauseMs(), undefined, { signal }).catch(() => undefined);
        unknown.end();
        break;
      default:
        return outcome satisfies never;
    }
  }
  return { kind: 'stopped' };
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

/** Behind a verdict nothing is started, and nothing twice: a Job that was made may be removed by now, and its name free. */
async function foundOut({ submitted, attempt }: Entry, bus: Pick<Bus, 'readFacts'>): Promise<Created | undefined> {
  const facts = (await bus.readFacts(submitted.evaluation)).map((recorded) => recorded.fact);
  if (facts.some(({ type }) => type === 'settled')) return { kind: 'settled' };
  const made = facts.find((one) => one.type === 'job-created' && one.attempt === attempt);
  return made && { kind: 'said', fact: made };
}

async function envOf(
  { submitted }: Entry,
  bus: Pick<Bus, 'readEnv'>,
): Promise<Readonly<Record<string, string>> | undefined> {
  const place = envPlaceOf(submitted);
  return place === undefined ? {} : bus.readEnv(place);
}
