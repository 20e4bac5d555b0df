import { accessSync, constants, existsSync } from 'node:fs';
import { runCommand } from '../command.ts';
import { programsOnPath } from '../program-on-path.ts';
import { cgroupMounts } from './node-cgroup.ts';

/** Programs of a real node and the Debian packages that have them. */
const PROGRAMS = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  busybox: 'busybox-static',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  tar: 'tar',
  env: 'coreutils',
} as const;

/** Programs by which policies are enforced there. */
export const POLICY_PROGRAMS = {
  iptables: 'iptables',
  'iptables-save': 'iptables',
  'iptables-restore': 'iptables',
  ipset: 'ipset',
} as const;

const PACKAGES = { ...PROGRAMS, ...POLICY_PROGRAMS };

const NETWORK_PLUGIN = '/usr/lib/cni/bridge';

/** Debian keeps some of them where only root looks. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

type NodeProgram = keyof typeof PACKAGES;

/** Path of a program that {@link nodeProblem} has found to be there. */
export function nodeProgram(name: NodeProgram): string {
  const path = programsOnPath(name, process.env, FOLDERS)[0];
  if (path === undefined) throw new Error(`${name} is not installed: apt-get install ${PACKAGES[name]}`);
  return path;
}

/** Why no real node can run here, or none that enforces NetworkPolicies, and what to do about it; undefined when one can. */
export async function nodeProblem({ networkPolicies = false } = {}): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'a real node needs Linux';
  const packages = missingPackages(networkPolicies ? PACKAGES : PROGRAMS);
  if (packages.length > 0) return `a real node needs more programs: apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) return 'a real node needs root: it makes namespaces, mounts and cgroups';
  const readOnly = cgroupMounts().filter((mount) => !isWritable(mount));
  if (readOnly.length > 0) return `a real node needs cgroups that it may change; ${readOnly[0]} is read-only`;
  const made = await runCommand(nodeProgram('unshare'), ['--mount', '--net', 'true'], { env: process.env });
  return made.kind === 'ok' ? undefined : `a real node needs the right to make namespaces: ${made.output}`;
}

function missingPackages(programs: Readonly<Record<string, string>>): string[] {
  const missing = Object.entries(programs)
    .filter(([program]) => programsOnPath(program, process.env, FOLDERS).length === 0)
    .map(([, debianPackage]) => debianPackage);
  return [...new Set([...missing, ...(existsSync(NETWORK_PLUGIN) ? [] : ['containernetworking-plugins'])])];
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
