import type { AgentPaths } from '../agent-paths.ts';
import type { JobEntry } from './job-entry.ts';
import { readJournal } from './journal.ts';
import { killGroup } from './kill-group.ts';
import { killLeftovers } from './leftovers.ts';
import { isAlive } from './process-identity.ts';
import { nowMs } from './now-ms.ts';

/**
 * What a killed agent left behind. Its containers have lost the reader of their output and nobody will see their exit code,
 * so what still runs is killed, and every unfinished Job is told as `Lost`.
 */
export function recover(paths: AgentPaths): Map<string, JobEntry> {
  const entries = readJournal(paths.journal);
  for (const entry of entries.values()) {
    if (entry.job.finished !== undefined || entry.podWithheld) continue;
    if (entry.process !== undefined && isAlive(entry.process)) killGroup(entry.process.pid, 'SIGKILL');
    entries.set(entry.job.name, lost(entry, nowMs()));
  }
  killLeftovers(paths.dir);
  return entries;
}

function lost({ job, pod, ...entry }: JobEntry, now: number): JobEntry {
  const at = Math.max(now, job.createdAt, pod?.started?.at ?? 0);
  const started = pod?.started;
  const message =
    started === undefined
      ? 'the agent was killed before it reported a start; whether the command ran is not known, and its env values are gone'
      : 'the agent was killed while the container ran; the container was killed too, nobody saw its exit code';
  const container = started === undefined ? {} : { containerId: started.containerId, startedAt: started.at };
  return {
    ...entry,
    job: { ...job, finished: { succeeded: false, reason: 'Lost', message, at } },
    ...(pod !== undefined && { pod: { ...pod, ended: pod.ended ?? { at, ...container, reason: 'Lost', message } } }),
  };
}
