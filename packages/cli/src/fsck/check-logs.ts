import { createHash } from 'node:crypto';
import { logSubject, type EvaluationId, type LogStatement } from '@lacuna/contracts';
import { attemptsOf, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import type { Difference } from './difference.ts';

interface ClosedLog {
  readonly evaluation: EvaluationId;
  readonly podUid: string;
  readonly subject: string;
  readonly statement: LogStatement;
}

/** Logs read side by side. */
const AT_ONCE = 4;

/** Closed logs whose stored bytes are not those that their statement counted and hashed. Every byte is read. */
export async function checkLogs(
  bus: Pick<Bus, 'readLog'>,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  signal: AbortSignal,
): Promise<{ readonly differences: Difference[]; readonly logs: number }> {
  const logs = [...evaluations.values()].flatMap(closedLogs);
  const differences: Difference[] = [];
  const left = logs.values();
  const worker = async (): Promise<void> => {
    for (const log of left) {
      const what = await unlike(bus, log, signal);
      if (what !== undefined) differences.push({ store: 'log store', evaluation: log.evaluation, what });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { differences, logs: logs.length };
}

function closedLogs(evaluation: Evaluation): ClosedLog[] {
  return attemptsOf(evaluation).flatMap(({ number, pods }) =>
    Object.values(pods).flatMap(({ uid, logClosed }) => {
      if (logClosed === undefined) return [];
      const { statement } = logClosed.data;
      return [{ evaluation: evaluation.id, podUid: uid, subject: logSubject(evaluation.id, number, uid), statement }];
    }),
  );
}

async function unlike(
  bus: Pick<Bus, 'readLog'>,
  { podUid, subject, statement }: ClosedLog,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of bus.readLog(subject, { follow: false }, signal)) {
    hash.update(chunk.bytes);
    bytes += chunk.bytes.length;
  }
  signal.throwIfAborted();
  if (bytes !== statement.bytes)
    return `the log of pod ${podUid} has ${bytes} bytes, its statement says ${statement.bytes}`;
  return hash.digest('hex') === statement.sha256
    ? undefined
    : `the log of pod ${podUid} has the ${bytes} bytes of its statement, but not the same ones (sha256)`;
}
