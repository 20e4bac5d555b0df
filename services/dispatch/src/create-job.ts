import { fact, type Fact, type FactData } from '@lacuna/contracts';
import type { Cluster, EnsureOutcome } from '@lacuna/cluster';
import type { Bus } from '@lacuna/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobRequest } from './job-request.ts';
import type { Entry } from './queue.ts';

type Cause = FactData<'dispatch-delayed'>['cause'];

export interface CreateJobDeps {
  readonly cluster: Pick<Cluster, 'ensure'>;
  readonly bus: Pick<Bus, 'publishFact' | 'readEnv'>;
  readonly now: () => number;
  readonly graceMs: number;
}

/** Waits between requests that got no usable answer: short first, because most such moments are short. Milliseconds. */
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000, 5_000] as const;

/**
 * Creates the Job of an evaluation that has a slot, and says so as facts. It ends with `job-created` or `job-refused` stored, or with the
 * signal; a crash anywhere in between is harmless, because the next dispatcher asks for the same name and adopts what is there
 * (invariant I2: at most one effective create).
 */
export async function createJob(entry: Entry, deps: CreateJobDeps, signal: AbortSignal): Promise<Fact | undefined> {
  const slotAt = deps.now();
  const delaysMs: Partial<Record<Cause, number>> =
    slotAt - entry.acceptedAt >= 1 ? { capacity: slotAt - entry.acceptedAt } : {};
  const publish = async (said: Fact): Promise<Fact> => {
    await deps.bus.publishFact(said);
    return said;
  };
  const about = (): { evaluation: typeof entry.submitted.evaluation; at: number } => ({
    evaluation: entry.submitted.evaluation,
    at: deps.now(),
  });
  const refuse = (cause: FactData<'job-refused'>['cause'], message: string): Promise<Fact> =>
    publish(fact('job-refused', about(), { cause, message: message.slice(0, 4_096), slotAt }));

  if (entry.cancelled) return refuse('cancelled', 'cancelled before a Job was created');
  const env = await envOf(entry, deps.bus);
  if (env === undefined)
    return refuse('spec-lost', 'the env values of the spec are not in the LACUNA_ENV stream any more');
  const request = jobRequest(entry.submitted, 1, { env, graceMs: deps.graceMs });

  for (let requests = 1; !signal.aborted; requests++) {
    const askedAt = deps.now();
    const outcome = await deps.cluster.ensure(request, signal);
    if (outcome.kind === 'created' || outcome.kind === 'adopted') {
      const data = {
        job: request.name,
        jobUid: outcome.uid,
        slotAt,
        adopted: outcome.kind === 'adopted',
        requests,
        delaysMs,
      };
      return publish(fact('job-created', { ...about(), at: Math.max(slotAt, outcome.at) }, data));
    }
    if (outcome.kind === 'denied') return refuse('denied', outcome.message);
    if (outcome.kind === 'collision') return refuse('name-collision', outcome.message);
    const cause = DELAY_OF[outcome.kind];
    if (delaysMs[cause] === undefined) {
      await publish(fact('dispatch-delayed', about(), { cause, detail: outcome.message.slice(0, 2_048), slotAt }));
    }
    await sleep(waitMs(outcome, requests), undefined, { signal }).catch(() => undefined);
    delaysMs[cause] = (delaysMs[cause] ?? 0) + (deps.now() - askedAt);
    if (entry.cancelled) return refuse('cancelled', `cancelled while waiting for the cluster: ${outcome.message}`);
  }
  return undefined;
}

const DELAY_OF: Readonly<Record<'quota' | 'throttled' | 'unavailable', Cause>> = {
  quota: 'quota',
  throttled: 'throttled',
  unavailable: 'unavailable',
};

function waitMs(
  outcome: Extract<EnsureOutcome, { kind: 'quota' | 'throttled' | 'unavailable' }>,
  requests: number,
): number {
  const backoff = BACKOFF_MS[Math.min(requests, BACKOFF_MS.length) - 1] ?? 5_000;
  return outcome.kind === 'unavailable' ? backoff : Math.max(backoff, outcome.retryAfterMs);
}

async function envOf(entry: Entry, bus: Pick<Bus, 'readEnv'>): Promise<Readonly<Record<string, string>> | undefined> {
  return entry.submitted.data.spec.env === undefined ? {} : bus.readEnv(entry.submitted.evaluation);
}
