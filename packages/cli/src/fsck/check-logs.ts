import { createHash } from 'node:crypto';
import { Failure, formatDuration, logSubject, type EvaluationId } from '@lacuna/contracts';
import { attemptsOf, type Evaluation } from '@lacuna/lifecycle';
import type { ClosedLog, LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import type { Difference } from './difference.ts';

interface LogStores {
  readonly bus: Pick<Bus, 'logEnd' | 'readLog'>;
  readonly archive: LogArchive | undefined;
  readonly now: () => number;
}

interface PodLog extends ClosedLog {
  readonly evaluation: EvaluationId;
  readonly podUid: string;
}

type Finding = Pick<Difference, 'store' | 'what'> | { readonly unchecked: string };

/** Logs read side by side. */
const AT_ONCE = 4;
/** A log goes within seconds after its removal is told; one that stays longer is left behind. Milliseconds. */
const LEFT_BEHIND_MS = 60_000;

/** Closed logs whose bytes, in the stream or in the archive, are not those that their statement counted and hashed. Every byte is read. */
export async function checkLogs(
  stores: LogStores,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  signal: AbortSignal,
): Promise<{ readonly differences: Difference[]; readonly logs: number; readonly unchecked: string[] }> {
  const logs = [...evaluations.values()].flatMap(closedLogs);
  const differences: Difference[] = [];
  const unchecked = new Map<string, number>();
  const left = logs.values();
  const worker = async (): Promise<void> => {
    for (const log of left) {
      const found = await unlike(stores, log, signal);
      if (found === undefined) continue;
      if ('unchecked' in found) unchecked.set(found.unchecked, (unchecked.get(found.unchecked) ?? 0) + 1);
      else differences.push({ ...found, evaluation: log.evaluation });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { differences, logs: logs.length, unchecked: [...unchecked].map(([why, count]) => `${count} logs: ${why}`) };
}

function closedLogs(evaluation: Evaluation): PodLog[] {
  return attemptsOf(evaluation).flatMap(({ number, pods }) =>
    Object.values(pods).flatMap(({ uid, logClosed, logArchived: archived, logRemoved: removed }) => {
      if (logClosed === undefined) return [];
      const { statement } = logClosed.data;
      const subject = logSubject(evaluation.id, number, uid);
      return [{ evaluation: evaluation.id, podUid: uid, subject, statement, archived, removed }];
    }),
  );
}

async function unlike(stores: LogStores, log: PodLog, signal: AbortSignal): Promise<Finding | undefined> {
  if (log.removed !== undefined) return leftBehind(stores, log);
  const what = log.archived === undefined ? await unlikeInStream(stores.bus, log, signal) : undefined;
  if (what !== undefined) return { store: 'log store', what };
  return log.archived && unlikeInArchive(stores.archive, log.podUid, log.archived, signal);
}

async function leftBehind({ bus, now }: LogStores, { podUid, removed, subject }: PodLog): Promise<Finding | undefined> {
  const age = now() - (removed?.at ?? 0);
  const { offset } = await bus.logEnd(subject);
  if (age < LEFT_BEHIND_MS || offset === 0) return undefined;
  const what = `the log of pod ${podUid} is still there ${formatDuration(age)} after it was removed by retention`;
  return { store: 'log store', what };
}

async function unlikeInStream(
  bus: Pick<Bus, 'readLog'>,
  { podUid, subject, statement }: PodLog,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of bus.readLog(subject, { follow: false }, signal)) {
      hash.update(chunk.bytes);
      bytes += chunk.bytes.length;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    return `the log of pod ${podUid}: ${error.message}`;
  }
  signal.throwIfAborted();
  if (bytes !== statement.bytes)
    return `the log of pod ${podUid} has ${bytes} bytes, its statement says ${statement.bytes}`;
  return hash.digest('hex') === statement.sha256
    ? undefined
    : `the log of pod ${podUid} has the ${bytes} bytes of its statement, but not the same ones (sha256)`;
}

async function unlikeInArchive(
  archive: LogArchive | undefined,
  podUid: string,
  { data }: NonNullable<ClosedLog['archived']>,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (archive === undefined)
    return { unchecked: `they are in ${data.store}, and no archive is named (LACUNA_ARCHIVE)` };
  try {
    await archive.verify(data, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isDamage(error)) return { store: 'archive', what: `the log of pod ${podUid}: ${error.message}` };
    if (!(error instanceof Failure)) throw error;
    return { unchecked: error.message };
  }
}

function isDamage(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'log-damaged';
}
