import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTemplate } from '../render-template.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { makeNodeCgroup } from './node-cgroup.ts';
import { nodeProgram } from './node-prerequisites.ts';

export interface Containerd extends RestartableServer {
  /** Unix socket. */
  readonly socket: string;
}

/** A containerd to use instead of the machine's own. */
export interface ContainerRuntime {
  readonly containerd: string;
  /** Path of its `containerd-shim-runc-v2`. */
  readonly shim: string;
}

const TEMPLATE = new URL('../../../node/containerd.toml', import.meta.url);
const TEMPLATE_2 = new URL('../../../node/containerd-2.toml', import.meta.url);
const NETWORKS = fileURLToPath(new URL('../../../node/cni', import.meta.url));

/** Writes the pid of the shell into each file of its first argument, which puts it into a cgroup, and becomes the rest. */
const JOIN_CGROUP = 'for procs in $0; do echo $$ >"$procs" || exit 1; done; exec "$@"';

/** Starts containerd inside the namespaces that `namespacesPid` keeps and in the cgroup of the node. */
export async function startContainerd(
  { dataDir, signal, onLog = () => {} }: Omit<ServerOptions, 'path'>,
  nodeDir: string,
  namespacesPid: number,
  runtime?: ContainerRuntime,
): Promise<Containerd> {
  const socket = join(nodeDir, 'containerd.sock');
  const folder = join(nodeDir, 'containerd');
  const config = join(nodeDir, 'containerd.toml');
  const values = {
    root: join(folder, 'root'),
    state: join(folder, 'state'),
    opt: join(folder, 'opt'),
    networks: NETWORKS,
    socket,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(config, await renderTemplate(runtime === undefined ? TEMPLATE : TEMPLATE_2, values));
  const enter = [`--target=${namespacesPid}`, '--mount', '--net'];
  const joinCgroup = ['sh', '-c', JOIN_CGROUP, makeNodeCgroup(nodeDir).join(' ')];
  const server = await startRestartable({
    name: 'containerd',
    path: nodeProgram('nsenter'),
    args: [...enter, ...joinCgroup, ...programOf(runtime), '--config', config],
    dataDir,
    signal,
    onLog,
    isReady: () => accepts(socket),
  });
  return Object.assign(server, { socket });
}

/** containerd looks for its shim on PATH. */
function programOf(runtime: ContainerRuntime | undefined): string[] {
  if (runtime === undefined) return [nodeProgram('containerd')];
  return ['env', `PATH=${dirname(runtime.shim)}:${process.env['PATH']}`, runtime.containerd];
}

async function accepts(socketPath: string): Promise<boolean> {
  const socket = connect({ path: socketPath });
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
