import { LogScanner, type LogSignals } from '@lacuna/diagnosis';
import type { Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { logPlace } from '../log-place.ts';

/** How much of the end of a log is read: what explains an end stands near it. */
const SCANNED_BYTES = 32 * 1024 * 1024;

/** The signals in the last part of what is stored of a log; undefined when there is no pod yet. */
export async function logSignals(
  bus: Pick<Bus, 'logEnd' | 'readLog'>,
  evaluation: Evaluation,
  signal: AbortSignal,
): Promise<LogSignals | undefined> {
  const place = logPlace(evaluation);
  if (place === undefined) return undefined;
  const scanner = new LogScanner();
  const { offset } = await bus.logEnd(place);
  const fromOffset = Math.max(0, offset - SCANNED_BYTES);
  if (offset > 0)
    for await (const { bytes } of bus.readLog(place, { fromOffset, follow: false }, signal)) scanner.write(bytes);
  return scanner.end();
}
