import { readFileSync } from 'node:fs';

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

/** True while that very process runs. A zombie has ended: it only waits for a parent that may never ask. */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const stat = statOf(pid);
  if (stat === undefined) return true;
  return stat.state !== 'Z' && (startTicks === undefined || stat.startTicks === startTicks);
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

function statOf(pid: number): { state: string; startTicks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '?', startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
