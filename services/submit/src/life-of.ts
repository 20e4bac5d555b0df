import { defined, type LifeView } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { logPlace } from './log-place.ts';
import type { Projector } from './read-model/projector.ts';
import type { ReadModel } from './read-model/read-model.ts';
import { within } from './within.ts';

interface LifeSources {
  readonly bus: Pick<Bus, 'logEnd'>;
  readonly readModel: ReadModel;
  readonly projector: Pick<Projector, 'isUpToDate'>;
  readonly answerWithinMs: number;
  readonly now: () => number;
}

/** What moves while an evaluation is worked on and is in no fact: its queue, and the bytes of its log. */
export async function lifeOf(
  { bus, readModel, projector, answerWithinMs, now }: LifeSources,
  evaluation: Evaluation,
): Promise<LifeView> {
  const place = logPlace(evaluation);
  const logBytes = place === undefined ? undefined : (await within(answerWithinMs, bus.logEnd(place))).offset;
  const life = defined({ logBytes });
  if (!projector.isUpToDate()) return life;
  const { waiting, ahead } = readModel.survey.queue(evaluation.submitted?.at ?? now());
  return { queue: { waiting, ahead, running: readModel.survey.running() }, ...life };
}
