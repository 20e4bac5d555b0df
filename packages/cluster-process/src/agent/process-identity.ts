import { readFileSync } from 'node:fs';

/** Enough to know a process again: pids are reused, but not with the same start time since the same boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/pid/stat: clock ticks since boot. */
  readonly startTicks: string;
  readonly boot: string;
}

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

/** The identity of a process that runs or waits to be reaped; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name (field 2) may contain anything, also ") ": fields are counted from its last bracket.
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return startTicks === undefined ? undefined : { pid, startTicks, boot };
}

/** Whether this very process still runs (or is a zombie that leads a group). */
export function isAlive(process: ProcessIdentity): boolean {
  const found = identify(process.pid);
  return found?.startTicks === process.startTicks && found.boot === process.boot;
}

/** A file of /proc; undefined when its process is gone or not ours to read. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
