import { statSync } from 'node:fs';
import { logPath, reportPath, type AgentPaths } from '../agent-paths.ts';
import type { JobEntry } from './job-entry.ts';
import type { LogSource } from './log-source.ts';

/** Where the output of a container is, or why it is not there (yet). */
export type StoredOutput =
  | { readonly kind: 'found'; readonly source: LogSource }
  | { readonly kind: 'waiting' | 'gone'; readonly message: string };

interface Wanted {
  readonly podUid: string;
  readonly paths: AgentPaths;
}

/** The log of the container that the pod started; `running` is where it is written to now. */
export function storedLog(
  entry: JobEntry | undefined,
  { podUid, containerId, paths }: Wanted & { readonly containerId: string },
  running: LogSource | undefined,
): StoredOutput {
  if (entry?.pod === undefined) return { kind: 'gone', message: `there is no pod ${podUid}` };
  const { started, ended } = entry.pod;
  if (started === undefined) {
    return ended === undefined
      ? { kind: 'waiting', message: 'the container has not started yet' }
      : { kind: 'gone', message: `the container never started: ${ended.message ?? ended.reason}` };
  }
  if (started.containerId !== containerId) return { kind: 'gone', message: `there is no container ${containerId}` };
  return { kind: 'found', source: running ?? fileAt(logPath(paths, podUid)) };
}

/** The report file of a container that has ended. */
export function storedReport(entry: JobEntry | undefined, { podUid, paths }: Wanted): StoredOutput {
  if (entry?.pod === undefined) return { kind: 'gone', message: `there is no pod ${podUid}` };
  const { reason } = entry.pod.ended ?? {};
  if (reason === undefined) return { kind: 'waiting', message: 'the container has not ended yet' };
  if (entry.noReport !== undefined) return { kind: 'gone', message: entry.noReport };
  const source = fileAt(reportPath(paths, podUid));
  // Of a command that never started, or whose end nobody saw, nothing was kept.
  return source.stored > 0
    ? { kind: 'found', source }
    : { kind: 'gone', message: `no report file was kept, or it was empty (${reason})` };
}

/** What a container that has ended left there. No file means no output. */
function fileAt(path: string): LogSource {
  const stored = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return { path, stored, complete: true, changed: () => Promise.resolve() };
}
