import { envPlaceOf } from '@lacuna/contracts';
import type { EnsureOutcome, JobRequest } from '@lacuna/cluster';
import type { Bus } from '@lacuna/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobFacts, type Created, type JobFactsDeps } from './job-facts.ts';
import { jobRequest, type JobDefaults } from './job-request.ts';
import type { Entry } from './queue.ts';

interface CreateJobDeps extends JobFactsDeps {
  /** One request to the cluster; whoever sends it learns from its outcome how many may be sent. */
  readonly ask: (request: JobRequest, signal: AbortSignal) => Promise<EnsureOutcome>;
  /** How long to wait before the same request is sent again. Milliseconds. */
  readonly pauseMs: () => number;
  readonly bus: Pick<Bus, 'publishFact' | 'readEnv' | 'readFacts'>;
  /** The stream may have more about the evaluation than this process has read: it was stopped, or starved. */
  readonly isBehind: boolean;
  readonly defaults: JobDefaults;
}

/**
 * Creates the Job of an attempt that has a slot, and says so as facts. An unknown outcome is asked for again until it is known, also when the
 * evaluation is cancelled meanwhile: a Job that may be there must be found before anybody can say that there is none. It ends with
 * `job-created` or `job-refused` stored, without a Job, or with the signal; a crash anywhere in between is harmless, because the next
 * dispatcher asks for the same name and adopts what is there (invariant I2: at most one effective create).
 */
export async function createJob(entry: Entry, deps: CreateJobDeps, signal: AbortSignal): Promise<Created> {
  const facts = new JobFacts(entry, deps);
  const before = deps.isBehind ? await foundOut(entry, deps.bus) : undefined;
  if (before !== undefined) return before;
  if (entry.cancelled) return facts.refused('cancelled', 'cancelled before a Job was created');
  const env = await envOf(entry, deps.bus);
  if (env === undefined)
    return facts.refused('spec-lost', 'the env values of the spec are not in the LACUNA_ENV stream any more');
  const request = jobRequest(entry.submitted, entry.attempt, env, deps.defaults);

  for (let requests = 1; !signal.aborted && !entry.over; requests++) {
    const outcome = await deps.ask(request, signal);
    if (outcome.kind !== 'unavailable') return facts.answered(outcome, { job: request.name, requests });
    await facts.unanswered(outcome.message);
    await sleep(deps.pauseMs(), undefined, { signal }).catch(() => undefined);
    facts.askedAgain();
  }
  return { kind: 'stopped' };
}

/** Behind a verdict nothing is started, and nothing twice: a Job that was made may be removed by now, and its name free. */
async function foundOut({ submitted, attempt }: Entry, bus: Pick<Bus, 'readFacts'>): Promise<Created | undefined> {
  const known = (await bus.readFacts(submitted.evaluation)).map((recorded) => recorded.fact);
  if (known.some(({ type }) => type === 'settled')) return { kind: 'settled' };
  const made = known.find((one) => one.type === 'job-created' && one.attempt === attempt);
  return made && { kind: 'said', fact: made };
}

async function envOf(
  { submitted }: Entry,
  bus: Pick<Bus, 'readEnv'>,
): Promise<Readonly<Record<string, string>> | undefined> {
  const place = envPlaceOf(submitted);
  return place === undefined ? {} : bus.readEnv(place);
}
