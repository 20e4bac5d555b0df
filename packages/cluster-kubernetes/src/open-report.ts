import type { ContainerRef, ReportOutcome } from '@lacuna/cluster';
import { createHash } from 'node:crypto';
import { keptLines, type KeptLine } from './kept-lines.ts';
import { refusalOfError } from './log-refusal.ts';
import type { LogDeps } from './open-log.ts';

const KILLED = 'the container was killed before its report file could be kept';

/**
 * Opens the report file as the sidecar of a container that has ended gives it out: what it was is told first, and the body is held against
 * that, byte for byte.
 */
export async function openReport(
  deps: Pick<LogDeps, 'connection' | 'namespace'>,
  { podName }: ContainerRef,
  signal: AbortSignal,
): Promise<ReportOutcome> {
  const lines = keptLines(deps, podName, signal);
  try {
    for (let step = await lines.next(); step.done !== true; step = await lines.next()) {
      if (step.value.kind === 'end') return { kind: 'gone', message: KILLED };
      if (step.value.kind === 'report-seal') return outcomeOf(step.value.text, lines);
    }
    return { kind: 'waiting', message: 'the sidecar has not reported a report file yet' };
  } catch (error) {
    return refusalOfError(error);
  }
}

function outcomeOf(text: string, lines: AsyncGenerator<KeptLine>): ReportOutcome {
  const [, bytes, sha256] = /^sealed (\d+) ([0-9a-f]{64})$/.exec(text) ?? [];
  if (sha256 !== undefined) return { kind: 'open', body: sealedBody(lines, Number(bytes), sha256) };
  // The helper writes bytes, of which a path may have any.
  return { kind: 'gone', message: Buffer.from(text.replace(/^none /, ''), 'latin1').toString() };
}

async function* sealedBody(lines: AsyncGenerator<KeptLine>, bytes: number, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const line of lines) {
    if (line.kind !== 'report') continue;
    if (line.offset !== read) break;
    read += line.bytes.length;
    hash.update(line.bytes);
    yield line.bytes;
  }
  if (read !== bytes || hash.digest('hex') !== sha256)
    throw new Error(`the report file is not whole: ${read} of ${bytes} bytes came, or not the same ones`);
}
