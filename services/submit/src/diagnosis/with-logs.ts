import { asksForLog, digestOf, type Digest } from '@lacuna/diagnosis';
import { fold } from '@lacuna/lifecycle';
import { logSignals } from './log-signals.ts';
import { fromReadModel, type DiagnosisSources } from './diagnose-evaluation.ts';

/** How many logs of a range are read, the newest first, and how much of the end of each: 8 MiB at most, a fraction of a second. */
const LOG_LIMITS = { evaluations: 32, bytes: 256 * 1024 } as const;
/** Logs read side by side. */
const AT_ONCE = 8;

/** Digests, newest first, with the causes of those whose log decides: a program that failed, and its facts do not say by what. */
export async function withLogs(
  sources: DiagnosisSources,
  digests: readonly Digest[],
  signal: AbortSignal,
): Promise<Digest[]> {
  const { bus, deadlines, now } = sources;
  const asked = digests.filter(asksForLog).slice(0, LOG_LIMITS.evaluations);
  const decided = new Map<Digest, Digest>();
  const left = asked.values();
  const worker = async (): Promise<void> => {
    for (const digest of left) {
      const evaluation = fold(digest.id, await bus.readFacts(digest.id));
      const log = await logSignals(sources, evaluation, signal, LOG_LIMITS.bytes);
      const around = { now: now(), deadlines, ...fromReadModel(sources, evaluation) };
      const better = log && digestOf(evaluation, { ...around, log });
      if (better !== undefined) decided.set(digest, better);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return digests.map((digest) => decided.get(digest) ?? digest);
}
