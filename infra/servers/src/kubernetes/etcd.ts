import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';

/** An etcd of one member. */
export interface Etcd extends RestartableServer {
  /** Such as `http://127.0.0.1:20123`. */
  readonly url: string;
}

/**
 * Starts etcd without fsync: what it acknowledged survives the end of the process, not that of the machine. That is what a
 * cluster for tests needs, and it makes every write of the API server several times faster.
 */
export async function startEtcd({ path, dataDir, signal, onLog = () => {} }: ServerOptions): Promise<Etcd> {
  const [url, peerUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const server = await startRestartable({
    name: 'etcd',
    path,
    args: [
      `--data-dir=${join(dataDir, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    dataDir,
    signal,
    onLog,
    isReady: async () => (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok,
  });
  return Object.assign(server, { url });
}
