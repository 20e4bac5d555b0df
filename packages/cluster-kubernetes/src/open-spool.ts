import type { ContainerRef, SpoolOutcome, SpoolPart } from '@lacuna/cluster';
import { keptLines, type KeptLine } from './kept-lines.ts';
import { refusalOfError } from './log-refusal.ts';
import type { LogDeps } from './open-log.ts';

/** Opens what the sidecar of a container that has ended has kept of its output. */
export async function openSpool(
  deps: Pick<LogDeps, 'connection' | 'namespace'>,
  { podName }: ContainerRef,
  signal: AbortSignal,
): Promise<SpoolOutcome> {
  const lines = keptLines(deps, podName, signal);
  try {
    const first = await lines.next();
    return { kind: 'open', body: partsOf(first, lines) };
  } catch (error) {
    const { kind, message } = refusalOfError(error);
    return { kind: kind === 'waiting' ? 'unavailable' : kind, message };
  }
}

async function* partsOf(first: IteratorResult<KeptLine>, lines: AsyncGenerator<KeptLine>): AsyncGenerator<SpoolPart> {
  for (let step = first; step.done !== true; step = await lines.next())
    if (step.value.kind === 'log') yield { offset: step.value.offset, bytes: step.value.bytes };
}
