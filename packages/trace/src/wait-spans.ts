import { ATTRIBUTES, defined, spanIdOf, type ContractSpan, type Stage } from '@lacuna/contracts';
import type { Attempt, Evaluation } from '@lacuna/lifecycle';
import { spanName } from './span-name.ts';

interface Waited {
  readonly cause: string;
  readonly from: number;
  readonly to: number;
  /** The time really lost, in milliseconds. */
  readonly ms: number;
  /** In the words of the cluster. */
  readonly reason?: string;
}

/** What an attempt waited for in a stage that has ended, as children of the stage's span: one a cause, from the first such moment to the last. */
export function waitSpans(
  stageSpan: ContractSpan,
  evaluation: Evaluation,
  attempt: Attempt,
  stage: Stage,
): ContractSpan[] {
  const waits = stage === 'pod.create' ? waitForPod(stageSpan, attempt) : waitsForJob(attempt, stage);
  return waits.map(({ cause, from, to, ms, reason }) => ({
    traceId: stageSpan.traceId,
    spanId: spanIdOf(evaluation.id, attempt.number, `${stage}/waiting/${cause}`),
    parentSpanId: stageSpan.spanId,
    service: stageSpan.service,
    name: spanName(`waiting: ${cause}`, attempt.number),
    kind: 'internal',
    startMs: from,
    endMs: Math.max(from, to),
    status: { code: 'unset' },
    attributes: {
      [ATTRIBUTES.evaluation]: evaluation.id,
      [ATTRIBUTES.attempt]: attempt.number,
      [ATTRIBUTES.waitCause]: cause,
      [ATTRIBUTES.waitMs]: ms,
      ...defined({ [ATTRIBUTES.reason]: reason }),
    },
    events: [],
    links: [],
  }));
}

/** In our queue and at the creation of the Job. Known with the Job or its refusal, hence never changed. */
function waitsForJob({ job, refused }: Attempt, stage: Stage): readonly Waited[] {
  const waits = job?.data.waits ?? refused?.data.waits ?? [];
  return waits.filter((wait) => wait.stage === stage);
}

/** Inside the cluster: a quota refused the pod until there was room. One fact says so, which may come later than the pod. */
function waitForPod({ startMs, endMs }: ContractSpan, { job, warnings }: Attempt): Waited[] {
  const refusal = Object.values(warnings).find(({ data }) => data.quota === 'full' && data.uid === job?.data.jobUid);
  if (refusal === undefined) return [];
  return [{ cause: 'quota', from: startMs, to: endMs, ms: endMs - startMs, reason: refusal.data.message }];
}
