import { envPlaceOf, type EvaluationId } from '@lacuna/contracts';
import type { Bus, EnvValues } from '@lacuna/messaging';

/** The env values that dispatch would find for an evaluation; undefined when it was never submitted, or they are gone. */
export async function envOf(bus: Bus, evaluation: EvaluationId): Promise<EnvValues | undefined> {
  const facts = (await bus.readFacts(evaluation)).map(({ fact }) => fact);
  const submitted = facts.find((fact) => fact.type === 'submitted');
  const place = submitted && envPlaceOf(submitted);
  return place && bus.readEnv(place);
}
