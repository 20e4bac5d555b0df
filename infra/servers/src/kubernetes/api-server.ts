import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { isOk } from './api-request.ts';
import { makeClientCertificate } from './client-certificate.ts';

export interface ApiServer extends RestartableServer {
  /** Such as `https://127.0.0.1:20123`. */
  readonly url: string;
  /** Certificate of the server with that of the authority that signed it. The other servers serve with the same one. */
  readonly caFile: string;
  readonly keyFile: string;
  /** Certificate by which kubelets know this API server. */
  readonly kubeletClientCertificate: string;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
}

/** Services get addresses from here. Nothing routes them: there is no kube-proxy. */
export const SERVICE_ADDRESSES = '10.0.0.0/24';

export async function startApiServer(
  options: ServerOptions & { readonly etcdUrl: string; readonly tokenFile: string },
): Promise<ApiServer> {
  const { path, dataDir, signal, onLog = () => {} } = options;
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  // kube-apiserver makes both files when they are missing, for the address it listens on.
  const certificates = join(dataDir, 'certificates');
  const [caFile, keyFile] = [join(certificates, 'apiserver.crt'), join(certificates, 'apiserver.key')];
  const kubeletClient = await writeKubeletClient(certificates);
  const serviceAccountKey = await ensureServiceAccountKey(join(dataDir, 'service-account.key'));
  const server = await startRestartable({
    name: 'kube-apiserver',
    path,
    args: [
      `--etcd-servers=${options.etcdUrl}`,
      '--bind-address=127.0.0.1',
      // Otherwise it looks for a route to the world, and publishes an address that nothing listens on.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${port}`,
      `--cert-dir=${certificates}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      `--token-auth-file=${options.tokenFile}`,
      '--authorization-mode=RBAC',
      `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      // Image volumes, which are on by default since 1.35.
      '--feature-gates=ImageVolume=true',
      // Pods need no token of a service account here, and would have to wait for one.
      '--disable-admission-plugins=ServiceAccount',
      // The host name of every node here is a loopback address, so logs never leave the machine.
      '--kubelet-preferred-address-types=Hostname',
      `--kubelet-client-certificate=${kubeletClient.certificate}`,
      `--kubelet-client-key=${kubeletClient.key}`,
    ],
    dataDir,
    signal,
    onLog,
    isReady: () => isOk({ url, caFile }, '/readyz'),
  });
  const kubeletClientCertificate = kubeletClient.certificate;
  return Object.assign(server, { url, caFile, keyFile, serviceAccountKey, kubeletClientCertificate });
}

/** Files of who the API server is to kubelets: somebody who may do everything. */
async function writeKubeletClient(folder: string): Promise<{ readonly certificate: string; readonly key: string }> {
  const { certificate, key } = makeClientCertificate('kube-apiserver-kubelet-client', 'system:masters');
  const files = { certificate: join(folder, 'kubelet-client.crt'), key: join(folder, 'kubelet-client.key') };
  await mkdir(folder, { recursive: true });
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key, { mode: 0o600 });
  return files;
}

async function ensureServiceAccountKey(path: string): Promise<string> {
  if (existsSync(path)) return path;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(path, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  return path;
}
