import { defined, type EvaluationId, type RangeDiagnosisView } from '@lacuna/contracts';
import { diagnoseRange, digestOf, type Digest, type Surroundings } from '@lacuna/diagnosis';
import { fold } from '@lacuna/lifecycle';
import type { ListQuery } from '../read-model/list-query.ts';
import { within } from '../within.ts';
import { withLogs } from './with-logs.ts';
import { knownReaders, type DiagnosisSources } from './diagnose-evaluation.ts';

/** How many settled evaluations are compared, and how many open ones are read from the stream, newest first. */
const RANGE_LIMITS = { settled: 10_000, open: 500 } as const;
/** Reads of the stream side by side. */
const AT_ONCE = 16;

/** What is wrong with the evaluations of a range, and what the broken ones share. Of those whose log decides, the newest logs are read. */
export async function diagnoseEvaluations(
  sources: DiagnosisSources,
  query: Pick<ListQuery, 'since' | 'labels' | 'name'>,
  signal: AbortSignal,
): Promise<RangeDiagnosisView> {
  const { readModel, projector, answerWithinMs } = sources;
  projector.bringUpToDate();
  const { settled, open, more } = readModel.survey.range({ ...query, limit: RANGE_LIMITS.settled }, RANGE_LIMITS.open);
  const [digests, decided] = await within(
    answerWithinMs,
    Promise.all([openDigests(sources, open), withLogs(sources, settled, signal)]),
  );
  return diagnoseRange([...digests, ...decided], more);
}

async function openDigests(sources: DiagnosisSources, ids: readonly EvaluationId[]): Promise<Digest[]> {
  if (ids.length === 0) return [];
  const { bus, readModel, projector, deadlines, now } = sources;
  const readers = await knownReaders(bus);
  const surroundings: Surroundings = {
    now: now(),
    deadlines,
    heardAt: projector.heardAt,
    ...defined({ readers }),
  };
  const digests: Digest[] = [];
  const left = ids.values();
  const worker = async (): Promise<void> => {
    for (const id of left) {
      const evaluation = fold(id, await bus.readFacts(id));
      const queue = readModel.survey.queue(evaluation.submitted?.at ?? surroundings.now);
      const digest = digestOf(evaluation, { ...surroundings, queue });
      if (digest !== undefined) digests.push(digest);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return digests;
}
