import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderTemplate } from '../render-template.ts';
import { freePort } from '../free-port.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { isOk } from './api-request.ts';
import { NODE_USERS } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { createFakeNodes } from './fake-nodes.ts';
import { writeKubeconfig } from './kubeconfig.ts';

export interface KwokOptions extends Omit<ServerOptions, 'dataDir'> {
  readonly controlPlane: ControlPlane;
  /** Fake nodes to make, named `fake-0` and so on; one unless told. Each takes any number of pods. */
  readonly nodes?: number;
  /** How long the pod of a Job runs before it ends with exit code 0, in milliseconds; 1,000 unless told. */
  readonly runMs?: number;
}

/**
 * Fake nodes: pods on them have a status and a log, and no process. A pod that runs under the seal helper ends with the true seal of the log
 * that all of them have at first. Disposing it kills kwok; the nodes become NotReady. */
export interface Kwok extends RestartableServer {
  readonly nodes: readonly string[];
  /** Log of every container; may be written at any time. Lines are `<RFC 3339 time> stdout F <text>`. */
  readonly logFile: string;
}

const TEMPLATE = new URL('../../../kwok/kwok.yaml', import.meta.url);
const LOG = 'this container is fake\n';

/** Makes the fake nodes and starts the kwok that plays their kubelets. Resolves when every node is ready for pods. */
export async function startKwok(options: KwokOptions): Promise<Kwok> {
  const { path, controlPlane, signal, onLog = () => {} } = options;
  const { dataDir, apiServer, url, caFile } = controlPlane;
  const port = await freePort();
  const logFile = join(dataDir, 'fake-container.log');
  if (!existsSync(logFile)) await writeFile(logFile, `2026-01-01T00:00:00.000000000Z stdout F ${LOG}`);
  const config = join(dataDir, 'kwok.yaml');
  const values = {
    port,
    logFile,
    listen: `127.0.0.1:${port}`,
    certificate: caFile,
    key: apiServer.keyFile,
    runMs: options.runMs ?? 1000,
    sealCounts: sealCounts(LOG),
  };
  await writeFile(config, await renderTemplate(TEMPLATE, values));
  const access = { url, caFile, token: controlPlane.tokenOf(NODE_USERS.kwok) };
  const kubeconfig = await writeKubeconfig(join(dataDir, 'kwok.kubeconfig'), access);
  const server = await startRestartable({
    name: 'kwok',
    path,
    args: [`--kubeconfig=${kubeconfig}`, `--config=${config}`],
    dataDir,
    signal,
    onLog,
    isReady: () => isOk({ url: `https://127.0.0.1:${port}`, caFile }, '/healthz'),
  });
  try {
    const nodes = await createFakeNodes(access, options.nodes ?? 1);
    return Object.assign(server, { nodes, logFile });
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** The part of a seal that is about the log, as JSON without its braces. */
function sealCounts(log: string): string {
  const sha256 = createHash('sha256').update(log).digest('hex');
  return JSON.stringify({ v: 1, bytes: log.length, lines: log.split('\n').length - 1, sha256 }).slice(1, -1);
}
