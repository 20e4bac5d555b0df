import {
  evaluationIdForKey,
  evaluationIdFrom,
  evaluationOfRun,
  fact,
  factSubject,
  Failure,
  parseTraceparent,
  recordSpec,
  traceIdOf,
  type Accepted,
  type EvaluationId,
  type EvaluationSpec,
  type FactOf,
  type Phase,
} from '@lacuna/contracts';
import { fold, phaseOf } from '@lacuna/lifecycle';
import type { Bus, EnvOwner, EnvValues, PublishOutcome } from '@lacuna/messaging';
import type { LinksOf } from './links.ts';
import { randomId } from './random-id.ts';
import { specHash } from './spec-hash.ts';
import { within } from './within.ts';

/** One evaluation that somebody wants, whichever way it came. */
export interface Submission {
  readonly via: FactOf<'submitted'>['data']['via'];
  /** When the request arrived: Unix milliseconds. */
  readonly arrivedAt: number;
  /** Throws a `Failure` when the spec is not one. */
  readonly parse: () => EvaluationSpec;
  /** Idempotency key, checked. */
  readonly key?: string | undefined;
  /** The id to take when there is no key; a random one by default. */
  readonly id?: EvaluationId;
  /** As it came: a malformed one is ignored, as W3C Trace Context demands. */
  readonly traceparent?: string | undefined;
}

/** What became of a submission; `repeated` = accepted before. */
export const OUTCOMES = ['accepted', 'repeated', 'refused', 'overloaded'] as const;

export interface AcceptOptions {
  readonly linksOf: LinksOf;
  readonly answerWithinMs: number;
  readonly maxInFlight: number;
  /** Told of every submission; for metrics. */
  readonly onOutcome: (via: Submission['via'], outcome: (typeof OUTCOMES)[number]) => void;
  /** Env values of a refused submission could not be deleted, at least not in time. */
  readonly onEnvLeft: (id: EvaluationId, error: unknown) => void;
}

type AcceptBus = Pick<Bus, 'publishFact' | 'readFact' | 'readFacts' | 'putEnv' | 'deleteEnv'>;

/** How long a refusal waits for the env values to be gone; afterwards that goes on by itself. */
const WITHDRAW_WITHIN_MS = 1_000;

/**
 * Accepts submissions. Accepted means that the stream has stored the `submitted` fact; the same key with the same spec is the same
 * evaluation for ever, on every replica, because the key gives the id and the stream takes one such fact an id.
 */
export class Acceptor {
  readonly #bus: AcceptBus;
  readonly #options: AcceptOptions;
  #inFlight = 0;

  constructor(bus: AcceptBus, options: AcceptOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Throws `Failure`: what `parse` throws, `idempotency-conflict`, or `overloaded`, and then nothing of it is left. */
  async accept(submission: Submission): Promise<Accepted> {
    const { onOutcome } = this.#options;
    this.#inFlight++;
    try {
      const { id, phase } = await this.#accept(submission);
      onOutcome(submission.via, phase === undefined ? 'accepted' : 'repeated');
      return { id, traceId: traceIdOf(id), phase: phase ?? 'queued', links: this.#options.linksOf(id) };
    } catch (error) {
      onOutcome(submission.via, error instanceof Failure && error.code === 'overloaded' ? 'overloaded' : 'refused');
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  /** The phase is that of an evaluation that was there before. */
  async #accept(submission: Submission): Promise<{ readonly id: EvaluationId; readonly phase?: Phase }> {
    const { maxInFlight } = this.#options;
    if (this.#inFlight > maxInFlight)
      throw new Failure('overloaded', `${maxInFlight} submissions are waiting already`, { retryAfterMs: 1_000 });
    const spec = submission.parse();
    const { recorded, env } = recordSpec(spec);
    const submitted = submittedFact(submission, { spec: recorded, specHash: specHash(spec) });
    const id = submitted.evaluation;
    const outcome = await this.#store(submitted, env);
    return outcome.kind === 'stored' ? { id } : { id, phase: await this.#phaseOfSame(submitted, outcome.fact) };
  }

  /** Env values first: an evaluation must never be seen without them. */
  async #store(submitted: FactOf<'submitted'>, env: EnvValues): Promise<PublishOutcome> {
    const { answerWithinMs: deadlineMs } = this.#options;
    const id = submitted.evaluation;
    if (Object.keys(env).length === 0) return this.#bus.publishFact(submitted, { deadlineMs });
    const put = this.#bus.putEnv(ownerOf(submitted), env);
    let outcome: PublishOutcome | undefined;
    try {
      await within(deadlineMs, put);
      return (outcome = await this.#bus.publishFact(submitted, { deadlineMs }));
    } finally {
      if (outcome?.kind !== 'stored') {
        const withdrawn = this.#withdraw(submitted, put).catch((error) => this.#options.onEnvLeft(id, error));
        await within(WITHDRAW_WITHIN_MS, withdrawn).catch(() => undefined);
      }
    }
  }

  /** Deletes the env values that this submission has put, unless the evaluation that holds the id still needs them. */
  async #withdraw(submitted: FactOf<'submitted'>, put: ReturnType<Bus['putEnv']>): Promise<void> {
    if ((await put).kind !== 'stored') return;
    const id = submitted.evaluation;
    const holder = (await this.#bus.readFact(factSubject(submitted)))?.fact;
    const isSame = holder?.type === 'submitted' && holder.data.specHash === submitted.data.specHash;
    if (isSame && fold(id, await this.#bus.readFacts(id)).settled === undefined) return;
    await this.#bus.deleteEnv(ownerOf(submitted));
  }

  async #phaseOfSame(submitted: FactOf<'submitted'>, holder: { readonly type: string }): Promise<Phase> {
    const id = submitted.evaluation;
    const held = holder as FactOf<'submitted'>;
    // Arrival, way and trace differ between two requests that mean the same.
    if (held.data.specHash !== submitted.data.specHash) throw keyConflict(id);
    return phaseOf(fold(id, await within(this.#options.answerWithinMs, this.#bus.readFacts(id))));
  }
}

function submittedFact(
  { key, id, via, arrivedAt, traceparent }: Submission,
  what: Pick<FactOf<'submitted'>['data'], 'spec' | 'specHash'>,
): FactOf<'submitted'> {
  const own = key === undefined ? (id ?? evaluationIdFrom(randomId())) : evaluationIdForKey(key);
  // A place in a run has one evaluation, and whoever knows the run finds it.
  const evaluation = what.spec.run === undefined ? own : evaluationOfRun(what.spec.run);
  const caller = traceparent !== undefined && parseTraceparent(traceparent) !== undefined ? traceparent : undefined;
  const data = { ...what, via, ...(caller === undefined ? {} : { callerTraceparent: caller.trim() }) };
  return fact('submitted', { evaluation, at: arrivedAt }, data);
}

function ownerOf({ evaluation, data }: FactOf<'submitted'>): EnvOwner {
  return { evaluation, specHash: data.specHash };
}

function keyConflict(id: EvaluationId): Failure {
  return new Failure('idempotency-conflict', `the key stands for ${id}, which has another spec; use another key`);
}
