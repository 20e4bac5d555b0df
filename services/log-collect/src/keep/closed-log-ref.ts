import {
  Failure,
  logSubject,
  parseLogSubject,
  subjectToken,
  type EvaluationId,
  type LogStatement,
} from '@lacuna/contracts';
import { fold, type Pod } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

/** A log that is closed, whose place is to change. */
export interface ClosedLogRef {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
  readonly podUid: string;
  /** Its place in the stream. */
  readonly subject: string;
  readonly statement: LogStatement;
  /** Unix milliseconds. */
  readonly closedAt: number;
}

type Facts = Pick<Bus, 'readFacts'>;

/** The log that a subject of the stream of logs names, when it is closed and its test results are read: until then it is needed where it is. */
export async function closedLogAt(bus: Facts, subject: string): Promise<ClosedLogRef | undefined> {
  const named = parseLogSubject(subject);
  if (named === undefined) return undefined;
  const { evaluation, attempt, pod: token } = named;
  const pods = await podsOf(bus, evaluation, attempt);
  const pod = pods.find(({ uid, report }) => subjectToken(uid) === token && report !== undefined);
  return pod && closedLogOf(evaluation, attempt, pod);
}

/** The log of an attempt that was closed in the given millisecond. */
export async function closedLogOfTime(
  bus: Facts,
  { evaluation, attempt, closedAt }: Pick<ClosedLogRef, 'evaluation' | 'attempt' | 'closedAt'>,
): Promise<ClosedLogRef | undefined> {
  const pods = await podsOf(bus, evaluation, attempt);
  const pod = pods.find(({ logClosed }) => logClosed !== undefined && Math.floor(logClosed.at) === closedAt);
  return pod && closedLogOf(evaluation, attempt, pod);
}

/** What the facts say of the pod now. Throws `Failure('overloaded')` while its test results are not read. */
export async function closedPod(bus: Facts, { evaluation, attempt, podUid }: ClosedLogRef): Promise<Pod> {
  const pod = (await podsOf(bus, evaluation, attempt)).find(({ uid }) => uid === podUid);
  if (pod?.report !== undefined) return pod;
  throw new Failure('overloaded', `the results in the log of pod ${podUid} are not read yet`);
}

async function podsOf(bus: Facts, evaluation: EvaluationId, attempt: number): Promise<Pod[]> {
  return Object.values(fold(evaluation, await bus.readFacts(evaluation)).attempts[attempt]?.pods ?? {});
}

function closedLogOf(evaluation: EvaluationId, attempt: number, { uid, logClosed }: Pod): ClosedLogRef | undefined {
  if (logClosed === undefined) return undefined;
  const { at: closedAt, data } = logClosed;
  const subject = logSubject(evaluation, attempt, uid);
  return { evaluation, attempt, podUid: uid, subject, statement: data.statement, closedAt };
}
