import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { SERVICE_ADDRESSES } from './api-server.ts';
import type { ApiServer } from './api-server.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { NODE_NAME } from './kubelet.ts';
import { POLICY_PROGRAMS, nodeProgram } from './node-prerequisites.ts';

interface KubeRouterOptions extends ServerOptions {
  readonly apiServer: ApiServer;
  readonly token: string;
  readonly nodeDir: string;
  /** Process in whose network namespace the policies are enforced. */
  readonly namespacesPid: number;
}

/** The last rule that a round of kube-router writes. */
const DONE = 'rule to explicitly ACCEPT traffic that comply to network policies';

/**
 * Starts kube-router as what enforces NetworkPolicies on the node, and as nothing else, and waits until its rules are there. It follows pods
 * and policies by itself; connections that are there already stay.
 */
export async function startKubeRouter(options: KubeRouterOptions): Promise<RestartableServer> {
  const { path, dataDir, signal, onLog = () => {}, apiServer, token, nodeDir, namespacesPid } = options;
  const { url, caFile } = apiServer;
  const kubeconfig = await writeKubeconfig(join(nodeDir, 'kube-router.kubeconfig'), { url, caFile, token });
  const programs = await writePrograms(join(nodeDir, 'network-programs'), namespacesPid);
  return startRestartable({
    name: 'kube-router',
    path: nodeProgram('env'),
    args: [
      `PATH=${programs}:${process.env['PATH']}`,
      path,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      // It would listen at every address of the machine.
      '--health-port=0',
    ],
    dataDir,
    signal,
    onLog,
    isReady: () => hasRules(join(programs, 'iptables')),
  });
}

/**
 * kube-router itself has to reach the API server, which is outside of the node's network. All that it does to the network it does by these
 * programs: so they enter it. Gives the folder.
 */
async function writePrograms(folder: string, namespacesPid: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of Object.keys(POLICY_PROGRAMS) as (keyof typeof POLICY_PROGRAMS)[]) {
    const script = `#!/bin/sh\nexec ${nodeProgram('nsenter')} --target=${namespacesPid} --net ${nodeProgram(name)} "$@"\n`;
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

async function hasRules(iptables: string): Promise<boolean> {
  const rules: string[] = [];
  const onLine = (line: string): void => void rules.push(line);
  const result = await runCommand(iptables, ['--list-rules', 'KUBE-ROUTER-FORWARD'], { env: process.env, onLine });
  return result.kind === 'ok' && rules.some((rule) => rule.includes(DONE));
}
