import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes whose environment names this evaluation and that still run. */
export function processesOf(evaluation: string): number[] {
  return running().filter((pid) => read(pid, 'environ').includes(`LACUNA_EVALUATION=${evaluation}\0`));
}

/** Ids of the agents of a directory, also of those that are still starting. */
export function agentsOf(dir: string): number[] {
  return running().filter((pid) => read(pid, 'cmdline').includes(`{"dir":"${dir}"`));
}

function running(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isRunning);
}

/** Whether a process runs; one that waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  const stat = read(pid, 'stat');
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** A figure of /proc/pid/status, in bytes. */
export function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(read(pid, 'status'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} tells no ${field}`);
  return Number(kilobytes) * 1024;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
