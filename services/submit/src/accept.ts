import {
  defined,
  evaluationIdForKey,
  evaluationIdFrom,
  evaluationOfRun,
  fact,
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
import type { Bus } from '@lacuna/messaging';
import type { LinksOf } from './links.ts';
import { envRefFor, publishSubmitted, type PublishOptions } from './publish-submitted.ts';
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

export interface AcceptOptions extends PublishOptions {
  readonly linksOf: LinksOf;
  readonly maxInFlight: number;
  /** Told of every submission; for metrics. */
  readonly onOutcome: (via: Submission['via'], outcome: (typeof OUTCOMES)[number]) => void;
}

type AcceptBus = Pick<Bus, 'publishFact' | 'readFacts' | 'putEnv' | 'deleteEnv'>;

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

  /**
   * Throws `Failure`: what `parse` throws, `idempotency-conflict`, or `overloaded`. Nothing of it is left then; of one that the stream may take without
   * having answered in time, the env values, until dispatch finds that nobody needs them.
   */
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
    const submitted = submittedFact(submission, { spec: recorded, specHash: specHash(spec), ...envRefFor(env) });
    const id = submitted.evaluation;
    const outcome = await publishSubmitted(this.#bus, submitted, env, this.#options);
    return outcome.kind === 'stored' ? { id } : { id, phase: await this.#phaseOfSame(submitted, outcome.fact) };
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
  what: Pick<FactOf<'submitted'>['data'], 'spec' | 'specHash' | 'envRef'>,
): FactOf<'submitted'> {
  const own = key === undefined ? (id ?? evaluationIdFrom(randomId())) : evaluationIdForKey(key);
  // A place in a run has one evaluation, and whoever knows the run finds it.
  const evaluation = what.spec.run === undefined ? own : evaluationOfRun(what.spec.run);
  const caller = traceparent !== undefined && parseTraceparent(traceparent) !== undefined ? traceparent : undefined;
  const data = { ...what, via, ...defined({ callerTraceparent: caller?.trim() }) };
  return fact('submitted', { evaluation, at: arrivedAt }, data);
}

function keyConflict(id: EvaluationId): Failure {
  return new Failure('idempotency-conflict', `the key stands for ${id}, which has another spec; use another key`);
}
