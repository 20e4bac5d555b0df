import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** What a process has used since its start, and what it holds now. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** Source: `sysconf(_SC_CLK_TCK)`, 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * What each process that this one has started, and those that they have started, has used; by the program's name, a service by its own. One that ends
 * meanwhile is left out.
 */
export async function usageByProcess(): Promise<ReadonlyMap<string, Usage>> {
  const processes = await allProcesses();
  const usage = new Map<string, Usage>();
  const visit = async (pid: number): Promise<void> => {
    for (const child of processes.filter(({ parent }) => parent === pid)) {
      await Promise.all([nameOf(child.pid), usageOf(child.pid)]).then(
        ([name, used]) => usage.set(name, used),
        (error: NodeJS.ErrnoException) => assertEnded(error),
      );
      await visit(child.pid);
    }
  };
  await visit(process.pid);
  return usage;
}

/** Of a process that ends while it is looked at, /proc has no file (ENOENT), or one that can no longer be read (ESRCH). */
function assertEnded(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
}

async function usageOf(pid: number): Promise<Usage> {
  const fields = await statOf(pid);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return { cpuMs: (user + system) * TICK_MS, residentMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024 };
}

async function allProcesses(): Promise<{ readonly pid: number; readonly parent: number }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => statOf(pid).then((fields) => ({ pid, parent: Number(fields[1]) }), assertEnded)),
  );
  return parents.filter((one) => one !== undefined);
}

/** The fields of `/proc/<pid>/stat` behind the name, which may hold anything. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function nameOf(pid: number): Promise<string> {
  const [program = '', script = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const service = /services\/([\w-]+)\/src\/main\.ts$/.exec(script)?.[1];
  if (service !== undefined) return service;
  return script.endsWith('lacuna.mjs') ? 'lacuna' : basename(program);
}
