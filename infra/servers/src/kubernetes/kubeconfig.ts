import { writeFile } from 'node:fs/promises';
import type { ApiAccess } from './api-request.ts';

/** Writes a kubeconfig that gives this access. It is JSON, which every reader of YAML reads. */
export async function writeKubeconfig(path: string, { url, caFile, token }: ApiAccess): Promise<string> {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lacuna', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: 'lacuna', user: { token } }],
    contexts: [{ name: 'lacuna', context: { cluster: 'lacuna', user: 'lacuna' } }],
    'current-context': 'lacuna',
  };
  await writeFile(path, `${JSON.stringify(kubeconfig, undefined, 2)}\n`, { mode: 0o600 });
  return path;
}
