import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Name of the cgroup of a node. It holds the runtime and all that the runtime starts, also after the runtime itself has died;
 * so it is how to find and end all that. It comes from the folder of the node, so the next start on it finds what was left.
 */
export const cgroupName = (nodeDir: string): string =>
  `lacuna-${createHash('sha256').update(nodeDir).digest('hex').slice(0, 12)}`;

/** The kubelet makes cgroups for pods beside this one: version 2 allows no processes where there are further cgroups. */
const RUNTIME = 'runtime';

const WITHIN_MS = 10_000;

/** Where cgroups are mounted: once in version 2, once for each controller in version 1. */
export const cgroupMounts = (): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mountPoint = '']) => mountPoint);

/** Makes the cgroup of the runtime and gives the files into which a process writes its pid to join it. */
export function makeNodeCgroup(nodeDir: string): string[] {
  return cgroupMounts().map((mount) => {
    const top = join(mount, cgroupName(nodeDir));
    for (const cgroup of [top, join(top, RUNTIME)]) {
      mkdirSync(cgroup, { recursive: true });
      inheritCpuset(cgroup);
    }
    return join(top, RUNTIME, 'cgroup.procs');
  });
}

/** In version 1 a new cgroup may use no processor and no memory node, and nothing can join it, until it is told. */
function inheritCpuset(cgroup: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems'].filter((name) => existsSync(join(cgroup, name)))) {
    const inherited = join(dirname(cgroup), file);
    const isVersion1 = existsSync(join(cgroup, 'tasks'));
    if (isVersion1) writeFileSync(join(cgroup, file), readFileSync(inherited));
  }
}

/** Kills every process in the cgroup of the node and removes it; nothing happens when there is none. */
export async function removeNodeCgroup(nodeDir: string): Promise<void> {
  const tops = cgroupMounts().map((mount) => join(mount, cgroupName(nodeDir)));
  const deadline = performance.now() + WITHIN_MS;
  for (let left = tops; ; await delay(20)) {
    left = left.filter((cgroup) => !tryToRemove(cgroup));
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${left.join(', ')}: processes in it can't be killed`);
  }
}

function tryToRemove(top: string): boolean {
  try {
    const cgroups = cgroupsBelow(top);
    for (const cgroup of cgroups) {
      for (const pid of readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
        process.kill(Number(pid), 'SIGKILL');
    }
    // All are killed before the first is waited for, so that a hundred containers end side by side.
    for (const cgroup of cgroups) rmdirSync(cgroup);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else removed it, a process ended before the signal, or one has not ended yet.
    if (['ENOENT', 'ENODEV', 'ESRCH', 'EBUSY'].includes(code ?? '')) return !existsSync(top);
    throw error;
  }
}

/** The innermost first. */
function cgroupsBelow(cgroup: string): string[] {
  if (!existsSync(cgroup)) return [];
  const inner = readdirSync(cgroup, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...inner.flatMap(({ name }) => cgroupsBelow(join(cgroup, name))), cgroup];
}
