import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { requestApi } from '@lacuna/servers';
import type { ControlPlane } from '@lacuna/servers';
import { apply, get } from './cluster-objects.ts';

/** How a request for a container's log is answered. */
export type LogAnswer = (response: ServerResponse, request: LogRequest) => void | Promise<void>;

export interface LogRequest {
  readonly follow: boolean;
  readonly timestamps: boolean;
}

/** How a request for a file of `/var/log` is answered: a whole file, a status, or in whichever other way. */
type FileAnswer = Uint8Array | number | ((response: ServerResponse) => void);

/** A node that runs nothing and serves logs as it is told, behind the real API server: all that a log API can do wrong. */
export interface FakeKubelet extends AsyncDisposable {
  /** Makes a pod that is bound to the node, in the namespace `default`; its container is named `main`. Returns its uid. */
  startPod(name: string): Promise<string>;
  /** How requests for the pod's log are answered, one after the other; the last answer is for all that follow. */
  serve(pod: string, ...answers: readonly LogAnswer[]): void;
  /** How many requests there were. */
  requests(pod: string): number;
  /**
   * What is in the folder of the log of a pod's container, by name, at each request for it; a status instead of them is the answer to all. There is no such folder
   * unless told.
   */
  serveFiles(pod: string, files: () => Readonly<Record<string, FileAnswer>> | number): void;
  /** The files and folders that were asked for, by name; a folder is ''. */
  filesRead(pod: string): readonly string[];
  /** Deletes the pod at once. */
  deletePod(name: string): Promise<void>;
  /** Breaks every connection, and refuses new ones until it is told otherwise. */
  refuse(isRefusing: boolean): void;
}

const NODE = 'fake-kubelet';

/** Needs nothing but the control plane. Dispose it before that. */
export async function startFakeKubelet(controlPlane: ControlPlane): Promise<FakeKubelet> {
  const { caFile, adminToken, url, apiServer } = controlPlane;
  const answers = new Map<string, LogAnswer[]>();
  const requests = new Map<string, number>();
  const folders = new Map<string, () => Readonly<Record<string, FileAnswer>> | number>();
  const filesRead = new Map<string, string[]>();
  let isRefusing = false;
  const server = createServer({ cert: await readFile(caFile), key: await readFile(apiServer.keyFile) });
  const open = new Set<Duplex>();
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))));
  server.on('secureConnection', (socket) => isRefusing && socket.destroy());
  server.on('request', (request, response) => {
    const file = fileRequestOf(request);
    if (file !== undefined) {
      filesRead.set(file.pod, [...(filesRead.get(file.pod) ?? []), file.name]);
      answerFile(response, folders.get(file.pod)?.() ?? 404, file.name);
      return;
    }
    const { pod, ...asked } = logRequestOf(request);
    const all = answers.get(pod) ?? [];
    requests.set(pod, (requests.get(pod) ?? 0) + 1);
    const answer = (all.length > 1 ? all.shift() : all[0]) ?? (() => response.writeHead(404).end());
    void Promise.resolve(answer(response, asked)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await registerNode(controlPlane, (server.address() as AddressInfo).port);
  const podPath = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
  return {
    async startPod(name) {
      const containers = [{ name: 'main', image: 'none' }];
      const spec = { nodeName: NODE, restartPolicy: 'Never', containers };
      await apply(controlPlane, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec });
      return (await get<{ metadata: { uid: string } }>(controlPlane, podPath(name))).metadata.uid;
    },
    serve: (pod, ...told) => void answers.set(pod, [...told]),
    requests: (pod) => requests.get(pod) ?? 0,
    serveFiles: (pod, files) => void folders.set(pod, files),
    filesRead: (pod) => filesRead.get(pod) ?? [],
    async deletePod(name) {
      const path = `${podPath(name)}?gracePeriodSeconds=0`;
      await requestApi({ url, caFile, token: adminToken }, { method: 'DELETE', path });
    },
    refuse(refusing) {
      isRefusing = refusing;
      if (refusing) server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      // Also those whose handshake is not over, of which the HTTP server does not know.
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** `GET /containerLogs/<namespace>/<pod>/<container>?follow=true&timestamps=true` */
function logRequestOf({ url = '/' }: IncomingMessage): LogRequest & { readonly pod: string } {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const [, , , pod = ''] = pathname.split('/');
  return { pod, follow: searchParams.get('follow') === 'true', timestamps: searchParams.get('timestamps') === 'true' };
}

/** `GET /logs/pods/<namespace>_<pod>_<uid>/<container>/<file>` */
function fileRequestOf({ url = '/' }: IncomingMessage): { readonly pod: string; readonly name: string } | undefined {
  const [, , pod, name] = /^\/logs\/pods\/([^_/]+)_([^_/]+)_[^_/]+\/main\/([^/]*)$/.exec(url) ?? [];
  return pod === undefined || name === undefined ? undefined : { pod, name };
}

/** As the file server of Go does. */
function answerFile(
  response: ServerResponse,
  files: Readonly<Record<string, FileAnswer>> | number,
  name: string,
): void {
  const links =
    typeof files === 'number'
      ? ''
      : Object.keys(files)
          .map((file) => `<a href="${file}">${file}</a>\n`)
          .join('');
  const answer =
    typeof files === 'number' ? files : name === '' ? Buffer.from(`<pre>\n${links}</pre>\n`) : (files[name] ?? 404);
  if (typeof answer === 'function') answer(response);
  else if (typeof answer === 'number') response.writeHead(answer).end(`status ${answer}\n`);
  else response.end(answer);
}

/** The API server asks the node's kubelet for logs where its status says. */
async function registerNode(controlPlane: ControlPlane, port: number): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
  await apply(controlPlane, node);
  const status = {
    addresses: [{ type: 'Hostname', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const { url, caFile, adminToken } = controlPlane;
  const answer = await requestApi(
    { url, caFile, token: adminToken },
    {
      method: 'PATCH',
      path: `/api/v1/nodes/${NODE}/status`,
      contentType: 'application/merge-patch+json',
      body: { status },
    },
  );
  if (answer.status !== 200) throw new Error(`the node ${NODE} has no address: ${answer.text}`);
}
