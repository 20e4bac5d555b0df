import { envPlaceOf, formatDuration, STREAMS, type EvaluationId } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import type { Bus, KeptEnv } from '@lacuna/messaging';
import type { Difference } from './difference.ts';

/** A submission says whose values they are within seconds, and they go within seconds after the verdict. Milliseconds. */
const LEFT_BEHIND_MS = 60_000;

/** Env values that no open evaluation needs. */
export async function checkEnv(
  bus: Pick<Bus, 'keptEnv'>,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  now: number,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for await (const kept of bus.keptEnv()) {
    const { evaluation } = kept.place;
    const why = now - kept.storedAt < LEFT_BEHIND_MS ? undefined : whyLeft(kept, evaluations.get(evaluation), now);
    if (why === undefined) continue;
    const age = formatDuration(now - kept.storedAt);
    const remedy = `dispatch erases them within an hour and a half; at once: nats stream rmm --force ${STREAMS.env.name} ${kept.seq}`;
    differences.push({ store: 'env values', evaluation, what: `${why}: env values, stored ${age} ago; ${remedy}` });
  }
  return differences;
}

function whyLeft({ place }: KeptEnv, evaluation: Evaluation | undefined, now: number): string | undefined {
  const submitted = evaluation?.submitted;
  if (submitted === undefined || envPlaceOf(submitted)?.ref !== place.ref)
    return 'left by a submission that was not accepted';
  const settledFor = now - (evaluation?.settled?.at ?? now);
  return settledFor < LEFT_BEHIND_MS ? undefined : 'still there after the verdict';
}
