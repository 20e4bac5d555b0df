import { ATTRIBUTES, defined, type LogGap, type Stage } from '@lacuna/contracts';
import {
  primaryPod,
  startOf,
  testsOf,
  type Attempt,
  type Evaluation,
  type Pod,
  type StageState,
} from '@lacuna/lifecycle';

export type Attributes = Record<string, string | number | boolean | string[]>;
type Reader = (
  attempt: Attempt,
  pod: Pod | undefined,
  evaluation: Evaluation,
  state: StageState,
) => Record<string, Attributes[string] | undefined>;

/**
 * What each stage's span says. Only what is settled once the stage has ended may be read here: a span that is exported again must be
 * the same to the byte, or a trace store shows it twice (fault O8).
 */
const READERS: Partial<Record<Stage, Reader>> = {
  'job.create': ({ job }) => ({
    [ATTRIBUTES.jobName]: job?.data.job,
    [ATTRIBUTES.jobUid]: job?.data.jobUid,
    [ATTRIBUTES.adopted]: job?.data.adopted,
    ...Object.fromEntries(
      Object.entries(job?.data.delaysMs ?? {}).map(([cause, ms]) => [ATTRIBUTES.delayPrefix + cause, ms]),
    ),
  }),
  'pod.create': (_, pod) => ({
    [ATTRIBUTES.podUid]: pod?.uid,
    [ATTRIBUTES.podName]: pod?.created?.data.pod,
    [ATTRIBUTES.known]: pod?.created?.known,
  }),
  'pod.schedule': (_, pod) => ({ [ATTRIBUTES.podUid]: pod?.uid, [ATTRIBUTES.nodeName]: pod?.scheduled?.data.node }),
  'container.start': (_, pod) => ({
    [ATTRIBUTES.podUid]: pod?.uid,
    [ATTRIBUTES.containerId]: pod?.started?.data.containerId,
  }),
  'container.run': (_, pod, _evaluation, state) => ({
    [ATTRIBUTES.podUid]: pod?.uid,
    [ATTRIBUTES.containerId]: pod?.ended?.data.containerId,
    [ATTRIBUTES.exitCode]: pod?.ended?.data.exitCode,
    [ATTRIBUTES.signal]: pod?.ended?.data.signal,
    [ATTRIBUTES.reason]: pod?.ended?.data.reason,
    [ATTRIBUTES.taskResult]: pod === undefined ? undefined : runResult(pod, state),
    ...sealAttributes(pod),
  }),
  'log.capture': (_, pod) => logAttributes(pod),
  'report.read': (_, pod, evaluation) => ({
    [ATTRIBUTES.tests]: testsOf(evaluation, pod) ?? 'no test results in the log',
  }),
  verdict: (_attempt, _pod, evaluation) => ({
    [ATTRIBUTES.verdict]: evaluation.settled?.data.verdict,
    [ATTRIBUTES.reason]: evaluation.settled?.data.reason,
  }),
};

/** The attributes of one stage's span; what is not known is left out. */
export function stageAttributes(state: StageState, evaluation: Evaluation, attempt: Attempt): Attributes {
  const read = READERS[state.stage]?.(attempt, primaryPod(attempt), evaluation, state) ?? {};
  return defined(read) as Attributes;
}

/** The command's own end, apart from the container's. */
function sealAttributes(pod: Pod | undefined): Record<string, Attributes[string] | undefined> {
  const { endedAt, drainMs, lingerMs, lateWriters } = pod?.ended?.data.seal ?? {};
  return {
    [ATTRIBUTES.commandEndedAt]: endedAt,
    [ATTRIBUTES.drainMs]: drainMs,
    [ATTRIBUTES.lingerMs]: lingerMs,
    [ATTRIBUTES.lateWriters]: lateWriters,
  };
}

function logAttributes(pod: Pod | undefined): Record<string, Attributes[string] | undefined> {
  const statement = pod?.logClosed?.data.statement;
  if (statement === undefined) return {};
  return {
    [ATTRIBUTES.logState]: statement.state,
    [ATTRIBUTES.logBytes]: statement.bytes,
    [ATTRIBUTES.logSealedBytes]: statement.sealedBytes,
    [ATTRIBUTES.logSha256]: statement.sha256,
    [ATTRIBUTES.logLost]: statement.lost === undefined ? undefined : `${statement.lost.from}-${statement.lost.to}`,
    [ATTRIBUTES.logCause]: statement.cause,
    [ATTRIBUTES.logGaps]: statement.gaps?.map(placeOf),
    [ATTRIBUTES.logSealedBy]: statement.sealedBy,
    [ATTRIBUTES.logRestored]:
      statement.restored === undefined ? undefined : `${statement.restored.from}-${statement.restored.to}`,
    [ATTRIBUTES.logTried]: statement.tried.length === 0 ? undefined : statement.tried,
  };
}

/** `120+8 rotation`: behind byte 120, 8 bytes; `120..240+? unseen`: somewhere between them, nobody knows how many. */
function placeOf({ at, until, bytes, cause }: LogGap): string {
  return `${at}${until === undefined ? '' : `..${until}`}+${bytes ?? '?'} ${cause}`;
}

/** In the words of the semantic conventions: failure = the program's own result, error = the platform's doing. */
function runResult(pod: Pod, { broken }: StageState): string {
  if (pod.ended === undefined || startOf(pod) === undefined || broken?.platform === true) return 'error';
  if (pod.ended.data.reason === 'DeadlineExceeded') return 'timeout';
  if (pod.ended.data.reason === 'Stopped') return 'cancellation';
  return pod.ended.data.exitCode === 0 ? 'success' : 'failure';
}
