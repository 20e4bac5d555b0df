import { Failure } from '@lacuna/contracts';
import { LogScanner, type LogSignals } from '@lacuna/diagnosis';
import { latestAttempt, type Evaluation } from '@lacuna/lifecycle';
import { bytesOfClosedLog, closedLogOf, type LogSources } from '../closed-log.ts';
import { logPlace } from '../log-place.ts';

/** How much of the end of a log is read: what explains an end stands near it. */
const SCANNED_BYTES = 32 * 1024 * 1024;

/** The signals in the last part of what is kept of a log, 32 MiB unless told; undefined when there is no pod yet, and when the log is kept no longer or can't be read now. */
export async function logSignals(
  sources: LogSources,
  evaluation: Evaluation,
  signal: AbortSignal,
  maxBytes: number = SCANNED_BYTES,
): Promise<LogSignals | undefined> {
  const place = logPlace(evaluation);
  if (place === undefined) return undefined;
  const scanner = new LogScanner();
  const log = closedLogOf(evaluation);
  const { offset } = log === undefined ? await sources.bus.logEnd(place) : { offset: log.statement.bytes };
  const fromOffset = Math.max(0, offset - maxBytes);
  const of = { id: evaluation.id, attempt: latestAttempt(evaluation).number };
  try {
    if (log !== undefined)
      for await (const bytes of bytesOfClosedLog(sources, { ...of, log }, fromOffset, signal)) scanner.write(bytes);
    else if (offset > 0)
      for await (const { bytes } of sources.bus.readLog(place, { fromOffset, follow: false }, signal))
        scanner.write(bytes);
  } catch (error) {
    // The other facts explain without it; half a log could mislead.
    if (error instanceof Failure) return undefined;
    throw error;
  }
  return scanner.end();
}
