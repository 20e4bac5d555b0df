import { readFileSync } from 'node:fs';
import { statFields } from './stat-fields.ts';

/**
 * Tells a process apart from a later one that got the same pid. `startTicks` is the start time in clock ticks since boot
 * (field 22 of `/proc/<pid>/stat`), undefined on systems without `/proc`, where the pid alone must do.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks?: number;
}

/** Identity of a process that runs now. */
export function identify(pid: number): ProcessIdentity {
  const startTicks = statOf(pid)?.startTicks;
  return startTicks === undefined ? { pid } : { pid, startTicks };
}

/**
 * True while that very process runs. A zombie has ended: it only waits for a parent that may never ask. But a process whose first thread
 * is a zombie while others are on their way out still holds its ports and files.
 */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const stat = statOf(pid);
  if (stat === undefined) return true;
  const hasEnded = stat.state === 'Z' && stat.threads <= 1;
  return !hasEnded && (startTicks === undefined || stat.startTicks === startTicks);
}

/** Arguments of a running process joined by spaces, or undefined where they can't be read. */
export function commandLineOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3, 20 and 22 of `/proc/<pid>/stat`. */
function statOf(pid: number): { state: string; threads: number; startTicks: number } | undefined {
  const fields = statFields(`/proc/${pid}/stat`);
  return fields && { state: fields[0] ?? '?', threads: Number(fields[17]), startTicks: Number(fields[19]) };
}
