import type { ContainerRef, LogOutcome, LogPosition } from '@lacuna/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { podsPath } from './collections.ts';
import { MAIN_CONTAINER } from './job-manifest.ts';
import { readAnswer, type KubeConnection } from './kube-connection.ts';
import { LogRefused, refusalOfError, refusalOfStatus } from './log-refusal.ts';
import { logText } from './log-text.ts';

export interface LogDeps {
  readonly connection: KubeConnection;
  readonly namespace: string;
  /** See `Timings.logGraceMs`. */
  readonly graceMs: number;
}

/**
 * Opens a container's log. The kubelet knows no offset, so the log is read from its start and the bytes before the offset are skipped; of a
 * log that was rotated they are the wrong ones, which only its seal can tell. The kubelet answers a follow only with the first byte: what is
 * not refused for a while is open, and a refusal that comes later breaks the body.
 */
export async function openLog(
  deps: LogDeps,
  container: ContainerRef,
  from: LogPosition,
  signal: AbortSignal,
): Promise<LogOutcome> {
  const abort = new AbortController();
  const bytes = readLog(deps, container, from, AbortSignal.any([signal, abort.signal]));
  const first = bytes.next();
  const grace = new AbortController();
  try {
    await Promise.race([first, delay(deps.graceMs, undefined, { signal: grace.signal })]);
  } catch (error) {
    return refusalOfError(error);
  } finally {
    grace.abort();
  }
  first.catch(() => undefined);
  return { kind: 'open', body: resume(first, bytes, abort) };
}

async function* readLog(
  { connection, namespace }: LogDeps,
  { podName }: ContainerRef,
  { offset, follow }: LogPosition,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const path = `${podsPath(namespace)}/${encodeURIComponent(podName)}/log`;
  const query = { container: MAIN_CONTAINER, timestamps: true, follow };
  const response = await connection.open('logs', { path, query }, signal);
  if (response.status !== 200) throw new LogRefused(refusalOfStatus(await readAnswer(response)));
  yield* skip(logText(response.body), offset);
}

async function* resume(
  first: Promise<IteratorResult<Uint8Array>>,
  bytes: AsyncGenerator<Uint8Array>,
  abort: AbortController,
): AsyncGenerator<Uint8Array> {
  try {
    for (let step = await first; step.done !== true; step = await bytes.next()) yield step.value;
  } finally {
    abort.abort();
  }
}

async function* skip(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
