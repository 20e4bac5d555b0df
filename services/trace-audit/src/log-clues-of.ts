import { Failure, logSubject } from '@lacuna/contracts';
import { LogClues } from '@lacuna/diagnosis';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

/** How much of the end of a log is read: what explains an end stands near it. */
const READ_BYTES = 8 * 1024 * 1024;
/** A store that does not answer must not hold up the comparison for ever. Milliseconds. */
const WITHIN_MS = 30_000;

/** What the last part of an evaluation's log says it lacked, such as a port; nothing when it has no log, or a damaged one: half a log could mislead. */
export async function logClues(
  bus: Pick<Bus, 'logEnd' | 'readLog'>,
  evaluation: Evaluation,
): Promise<readonly string[]> {
  const attempt = latestAttempt(evaluation);
  const pod = primaryPod(attempt);
  if (pod === undefined) return [];
  const place = logSubject(evaluation.id, attempt.number, pod.uid);
  const { offset } = await bus.logEnd(place);
  const clues = new LogClues();
  const reading = { fromOffset: Math.max(0, offset - READ_BYTES), follow: false };
  try {
    if (offset > 0)
      for await (const { bytes } of bus.readLog(place, reading, AbortSignal.timeout(WITHIN_MS))) clues.write(bytes);
  } catch (error) {
    if (error instanceof Failure && error.code === 'log-damaged') return [];
    throw error;
  }
  return clues.end();
}
