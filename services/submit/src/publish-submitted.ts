import { envPlaceOf, type EnvPlace, type EvaluationId, type FactOf } from '@lacuna/contracts';
import { NotStored, type Bus, type EnvValues, type PublishOutcome } from '@lacuna/messaging';
import { randomId } from './random-id.ts';
import { within } from './within.ts';

export interface PublishOptions {
  readonly answerWithinMs: number;
  /** Env values of a refused submission could not be deleted, at least not in time. */
  readonly onEnvLeft: (id: EvaluationId, error: unknown) => void;
}

/** How long a refusal waits for the env values to be gone; afterwards that goes on by itself. */
const WITHDRAW_WITHIN_MS = 1_000;

/** The place of the env values, if there are any. Random, so that nobody else has it, not even a submission of the same spec with the same key. */
export function envRefFor(env: EnvValues): { readonly envRef?: string } {
  return Object.keys(env).length === 0 ? {} : { envRef: Buffer.from(randomId()).toString('hex') };
}

/**
 * Publishes the fact of a submission, the env values first: an evaluation must never be seen without them. They are taken back only when it is
 * certain that no fact names their place. Throws `Failure('overloaded')`.
 */
export async function publishSubmitted(
  bus: Pick<Bus, 'publishFact' | 'putEnv' | 'deleteEnv'>,
  submitted: FactOf<'submitted'>,
  env: EnvValues,
  { answerWithinMs, onEnvLeft }: PublishOptions,
): Promise<PublishOutcome> {
  const publish = () => bus.publishFact(submitted, { deadlineMs: answerWithinMs });
  const place = envPlaceOf(submitted);
  if (place === undefined) return publish();
  const put = bus.putEnv(place, env);
  let mayBeNamed = false;
  try {
    await within(answerWithinMs, put);
    mayBeNamed = true;
    const outcome = await publish();
    // A fact that is known may be this one, by an attempt whose answer was lost.
    mayBeNamed = outcome.kind === 'stored' || isNamedBy(outcome.fact as FactOf<'submitted'>, place);
    return outcome;
  } catch (error) {
    if (error instanceof NotStored) mayBeNamed = false;
    throw error;
  } finally {
    if (!mayBeNamed) {
      const withdrawn = put.then(() => bus.deleteEnv(place)).catch((error) => onEnvLeft(place.evaluation, error));
      await within(WITHDRAW_WITHIN_MS, withdrawn).catch(() => undefined);
    }
  }
}

function isNamedBy(holder: FactOf<'submitted'>, place: EnvPlace): boolean {
  return envPlaceOf(holder)?.ref === place.ref;
}
