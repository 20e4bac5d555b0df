import { fact, Failure, podFactSubject } from '@lacuna/contracts';
import { objectName, type ArchivedLog, type LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import { closedPod, type ClosedLogRef } from './closed-log-ref.ts';

interface MoveDeps {
  readonly bus: Pick<Bus, 'readFact' | 'readFacts' | 'readLog' | 'logEnd' | 'publishFact' | 'purgeLog'>;
  readonly archive: LogArchive;
  readonly now: () => number;
}

/**
 * Moves a closed log from the stream to the archive: write, read back, say so as a fact, purge. Each step can be done again, by anybody, at any
 * time: a crash in between leaves the log where it was, or in both places. Nothing is purged that was not read back from the archive before,
 * in the same call. Throws `Failure('log-damaged')` when neither place has the log, `Failure('overloaded')` when it has to wait.
 */
export async function moveLog(log: ClosedLogRef, deps: MoveDeps, signal: AbortSignal): Promise<void> {
  const { bus, archive } = deps;
  const pod = await closedPod(bus, log);
  // Of an empty log there is only the mark that it is closed.
  if (log.statement.bytes === 0) return bus.purgeLog(log.subject);
  if (pod.logRemoved === undefined) {
    const kept = pod.logArchived?.data;
    const moving = kept === undefined ? archiveLog(log, deps, signal) : makeSure(log, kept, deps, signal);
    const archived = await moving.catch(async (error: unknown) => {
      // What is removed while it is looked at is no damage.
      if (!isDamage(error) || (await closedPod(bus, log)).logRemoved === undefined) throw error;
      return 'elsewhere' as const;
    });
    if (archived === 'elsewhere') return moveLog(log, deps, signal);
    // Whoever removes a log says so first and then looks whether it was archived; we look the other way round, so one of us sees the other.
    if ((await bus.readFact(podFactSubject('log-removed', log))) !== undefined) await archive.remove(archived, signal);
  } else await archive.remove({ object: objectName(log, log.statement.sha256) }, signal);
  await bus.purgeLog(log.subject);
}

/** Archives a log that no fact says is archived. `elsewhere`: another replica was faster, or removed it. */
async function archiveLog(log: ClosedLogRef, deps: MoveDeps, signal: AbortSignal): Promise<ArchivedLog | 'elsewhere'> {
  const { bus, archive, now } = deps;
  const { evaluation, attempt, podUid } = log;
  const written = await writeLog(log, deps, signal).catch(async (error: unknown) => {
    if (!isDamage(error)) throw error;
    const pod = await closedPod(bus, log);
    if (pod.logArchived === undefined && pod.logRemoved === undefined) throw error;
    return 'elsewhere' as const;
  });
  if (written === 'elsewhere') return written;
  const about = { evaluation, attempt, at: now() };
  const outcome = await bus.publishFact(fact('log-archived', about, { podUid, ...written }));
  const told = outcome.kind === 'stored' ? written : outcome.fact.type === 'log-archived' ? outcome.fact.data : written;
  if (told.object === written.object) return told;
  // Another version of zstd has another object, and its fact came first.
  await archive.verify(told, signal);
  await archive.remove(written, signal);
  return told;
}

/** What a fact says is archived is read back before the stream lets go of it; what is wrong there is written anew while the stream has it. */
async function makeSure(
  log: ClosedLogRef,
  told: ArchivedLog,
  deps: MoveDeps,
  signal: AbortSignal,
): Promise<ArchivedLog> {
  const { archive, bus } = deps;
  try {
    await archive.verify(told, signal);
  } catch (error) {
    if (!isDamage(error) || (await bus.logEnd(log.subject)).offset < log.statement.bytes) throw error;
    await writeLog(log, deps, signal);
    await archive.verify(told, signal);
  }
  return told;
}

async function writeLog(log: ClosedLogRef, { archive, bus }: MoveDeps, signal: AbortSignal): Promise<ArchivedLog> {
  const { statement, subject } = log;
  const { bytes, sha256 } = statement;
  const written = await archive.write(log, { bytes, sha256 }, upTo(bytes, subject, bus, signal), signal);
  await archive.verify(written, signal);
  return written;
}

/** As many bytes as the statement counts: a log that was closed while the store had no room may have more. */
async function* upTo(
  bytes: number,
  subject: string,
  bus: Pick<Bus, 'readLog'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of bus.readLog(subject, { follow: false }, signal)) {
    // A log that is purged while it is read has holes.
    if (chunk.offset !== bytes - left) break;
    yield chunk.bytes.subarray(0, left);
    left -= Math.min(left, chunk.bytes.length);
    if (left === 0) break;
  }
  // A reading that was stopped ends early as well, and is no damage.
  signal.throwIfAborted();
}

function isDamage(error: unknown): boolean {
  return error instanceof Failure && error.code === 'log-damaged';
}
