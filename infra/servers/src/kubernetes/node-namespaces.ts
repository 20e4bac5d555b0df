import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { nodeProgram } from './node-prerequisites.ts';

const SCRIPT = fileURLToPath(new URL('../../../node/namespaces.sh', import.meta.url));

/** Folder that the node has as `/var/log/pods`. */
export const podLogsOf = (nodeDir: string): string => join(nodeDir, 'pod-logs');

/**
 * Starts the process that keeps the mount and network namespaces of a node. What is mounted in there nobody else sees, and
 * the kernel takes it back with the last process.
 */
export async function startNamespaces(
  { dataDir, signal, onLog = () => {} }: Omit<ServerOptions, 'path'>,
  nodeDir: string,
): Promise<RestartableServer> {
  const ready = join(nodeDir, 'namespaces-ready');
  await rm(ready, { force: true });
  await mkdir(podLogsOf(nodeDir), { recursive: true });
  return startRestartable({
    name: 'node-namespaces',
    path: nodeProgram('unshare'),
    args: ['--mount', '--net', 'sh', SCRIPT, nodeDir, podLogsOf(nodeDir), ready],
    dataDir,
    signal,
    onLog,
    isReady: async () => existsSync(ready),
  });
}
