import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a node can be seen on this machine. */
interface MachineTraces {
  /** Command lines. */
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  /** All of them: a node has none of its own out here. */
  readonly interfaces: readonly string[];
}

/** Traces of the node whose folder is `nodeDir` and whose cgroup has this name. */
export const machineTraces = (nodeDir: string, cgroup: string): MachineTraces => ({
  processes: processesOf(nodeDir).map(({ commandLine }) => commandLine),
  mounts: mountLines().filter((line) => line.includes(nodeDir)),
  cgroups: cgroupMounts().filter((mount) => readdirSync(mount).includes(cgroup)),
  interfaces: readdirSync('/sys/class/net').sort(),
});

/** Name of the cgroup of the node that runs on this folder. */
export function cgroupOfNode(nodeDir: string): string {
  const cgroups = processesOf(nodeDir).map(({ pid }) => contentOf(`/proc/${pid}/cgroup`));
  const name = /\/(lacuna-\w+)/.exec(cgroups.join('\n'))?.[1];
  if (name === undefined) throw new Error(`no process of ${nodeDir} is in a cgroup of a node:\n${cgroups.join('\n')}`);
  return name;
}

/** Temporary folders of a test process that are there. */
export const foldersOf = (pid: number): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`lacuna-test-${pid}-`));

const processesOf = (folder: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ pid, commandLine: contentOf(join('/proc', pid, 'cmdline')) }))
    .filter(({ commandLine }) => commandLine.includes(folder));

const mountLines = (): string[] => readFileSync('/proc/self/mounts', 'utf8').split('\n');

const cgroupMounts = (): string[] =>
  mountLines()
    .filter((line) => /^\S+ \S+ cgroup2? /.test(line))
    .map((line) => line.split(' ')[1] ?? '');

/** Empty for a process that ends while it is looked at. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
