import type { Cluster, ContainerRef, LogPart, SpoolPart } from '@lacuna/cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Witness } from './container-end.ts';
import type { Chunking } from './chunk.ts';
import { chunked } from './chunker.ts';
import { spoolPlan } from './spool-plan.ts';
import type { StoredLog } from './stored-log.ts';

interface RestoreDeps {
  readonly cluster: Pick<Cluster, 'openSpool'>;
  readonly container: ContainerRef;
  readonly chunking: Chunking;
  readonly openStored: (signal: AbortSignal) => Promise<StoredLog>;
}

/** What the spool could do for a log that is not whole. */
export type Restoration =
  | { readonly kind: 'restored'; readonly log: StoredLog; readonly from: number; readonly to: number }
  | { readonly kind: 'failed'; readonly why: string };

/** A spool that does not answer is asked for so long. Milliseconds. */
const GIVE_UP_MS = 10_000;
const TRY_AGAIN_MS = 500;

/**
 * Makes a log whole by its spool: what is stored and is not what was written is taken back, and the rest comes from there. Where in the log
 * bytes were lost need not be known, and a loss that left no sign is mended too.
 */
export async function restoreLog(
  log: StoredLog,
  seal: Witness,
  deps: RestoreDeps,
  signal: AbortSignal,
): Promise<Restoration> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    const tried = await attempt(log, seal, deps, signal);
    if (tried.kind !== 'unavailable') return tried;
    if (performance.now() > giveUpAt) return { kind: 'failed', why: tried.why };
    await sleep(TRY_AGAIN_MS, undefined, { signal });
  }
}

type Attempt = Restoration | { readonly kind: 'unavailable'; readonly why: string };

async function attempt(log: StoredLog, seal: Witness, deps: RestoreDeps, signal: AbortSignal): Promise<Attempt> {
  const { cluster, container, chunking, openStored } = deps;
  const seen = await cluster.openSpool(container, signal);
  if (seen.kind !== 'open') return { kind: seen.kind === 'gone' ? 'failed' : 'unavailable', why: seen.message };
  const plan = await orBroken(spoolPlan(log.read(signal), seen.body, seal), signal);
  if (plan.kind === 'unavailable') return plan;
  if (plan.kind === 'useless') return { kind: 'failed', why: plan.why };
  // Read again, because it may be longer than what fits into memory.
  const again = await cluster.openSpool(container, signal);
  if (again.kind !== 'open') return { kind: 'unavailable', why: again.message };
  await log.truncate(plan.right, signal);
  const reopened = await openStored(signal);
  const from = reopened.account.bytes;
  for await (const chunk of chunked(behind(from, again.body), chunking)) await reopened.add(chunk, signal);
  return { kind: 'restored', log: reopened, from, to: seal.bytes };
}

/** A source that breaks off can be asked again. */
function orBroken<T>(reading: Promise<T>, signal: AbortSignal): Promise<T | { kind: 'unavailable'; why: string }> {
  return reading.catch((error: unknown) => {
    signal.throwIfAborted();
    return { kind: 'unavailable', why: error instanceof Error ? error.message : String(error) };
  });
}

async function* behind(from: number, spool: AsyncIterable<SpoolPart>): AsyncGenerator<LogPart> {
  for await (const { offset, bytes } of spool) yield { bytes: bytes.subarray(Math.max(0, from - offset)) };
}
