import { defined, Failure, type Deadlines, type DiagnosisView, type ReaderState } from '@lacuna/contracts';
import { diagnose, type Surroundings } from '@lacuna/diagnosis';
import { latestAttempt, primaryPod, startOf, type Evaluation } from '@lacuna/lifecycle';
import type { LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import { readEvaluation } from '../read-evaluation.ts';
import type { Projector } from '../read-model/projector.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { within } from '../within.ts';
import { logSignals } from './log-signals.ts';

/** Where a diagnosis finds what it needs. */
export interface DiagnosisSources {
  readonly bus: Pick<Bus, 'readFacts' | 'readers' | 'follow' | 'logEnd' | 'readLog'>;
  readonly archive: LogArchive | undefined;
  readonly readModel: ReadModel;
  readonly projector: Pick<Projector, 'heardAt' | 'isUpToDate' | 'bringUpToDate'>;
  readonly deadlines: Deadlines;
  readonly answerWithinMs: number;
  readonly now: () => number;
}

/** The diagnosis of one evaluation as it stands now, with its queue, its neighbours and its log. Throws `not-found` or `overloaded`. */
export async function diagnoseEvaluation(
  sources: DiagnosisSources,
  id: string,
  signal: AbortSignal,
): Promise<DiagnosisView> {
  const { bus, answerWithinMs } = sources;
  const evaluation = await readEvaluation(bus, id, answerWithinMs);
  const view = diagnose(evaluation, await within(answerWithinMs, surroundingsOf(sources, evaluation, signal)));
  if (view === undefined) throw new Failure('not-found', `there is no evaluation ${id}`);
  return view;
}

/** All that is known around one evaluation: its queue, its neighbours, its log, and who follows the facts. */
export async function surroundingsOf(
  sources: DiagnosisSources,
  evaluation: Evaluation,
  signal: AbortSignal,
): Promise<Surroundings> {
  const { bus, deadlines, now } = sources;
  const [log, readers] = await Promise.all([logSignals(sources, evaluation, signal), knownReaders(bus)]);
  return {
    now: now(),
    deadlines,
    ...fromReadModel(sources, evaluation),
    ...defined({ readers, log }),
  };
}

/** An installation may not let us ask the server who reads; then nothing is concluded from it. */
export function knownReaders(bus: Pick<Bus, 'readers'>): Promise<ReaderState[] | undefined> {
  return bus.readers().catch(() => undefined);
}

/** Queue and neighbours; nothing while the read model does not know all. */
export function fromReadModel({ readModel, projector, now }: DiagnosisSources, evaluation: Evaluation) {
  if (!projector.isUpToDate()) return {};
  const pod = primaryPod(latestAttempt(evaluation));
  const begun = pod && startOf(pod);
  const over = pod?.ended?.at ?? evaluation.settled?.at ?? now();
  return defined({
    heardAt: projector.heardAt,
    queue: readModel.survey.queue(evaluation.submitted?.at ?? now()),
    overlap: begun === undefined ? undefined : readModel.survey.overlap(evaluation.id, begun, over),
  });
}
