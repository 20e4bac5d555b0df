import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { requestApi } from '@lacuna/servers';
import type { ControlPlane } from '@lacuna/servers';
import { apply, get } from './cluster-objects.ts';
import { answerFile, fileRequestOf, type NodeFolder } from './node-folder.ts';
import { registerNode } from './register-node.ts';

/** How a request for a container's log is answered. */
export type LogAnswer = (response: ServerResponse, request: LogRequest) => void | Promise<void>;

export interface LogRequest {
  readonly follow: boolean;
  readonly timestamps: boolean;
}

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
  serveFiles(pod: string, files: () => NodeFolder): void;
  /** The files and folders that were asked for, by name, such as `0.log` or `0.log from 120`; a folder is ''. */
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
  const told = new Told();
  let isRefusing = false;
  const server = createServer({ cert: await readFile(caFile), key: await readFile(apiServer.keyFile) });
  const open = new Set<Duplex>();
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))));
  server.on('secureConnection', (socket) => isRefusing && socket.destroy());
  server.on('request', told.answer.bind(told));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await registerNode(controlPlane, NODE, (server.address() as AddressInfo).port);
  const podPath = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
  return {
    async startPod(name) {
      const containers = [{ name: 'main', image: 'none' }];
      const spec = { nodeName: NODE, restartPolicy: 'Never', containers };
      await apply(controlPlane, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec });
      return (await get<{ metadata: { uid: string } }>(controlPlane, podPath(name))).metadata.uid;
    },
    serve: (pod, ...answers) => void told.answers.set(pod, [...answers]),
    requests: (pod) => told.requests.get(pod) ?? 0,
    serveFiles: (pod, files) => void told.folders.set(pod, files),
    filesRead: (pod) => told.filesRead.get(pod) ?? [],
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

/** What is to be answered, by pod, and what was asked for. */
class Told {
  readonly answers = new Map<string, LogAnswer[]>();
  readonly requests = new Map<string, number>();
  readonly folders = new Map<string, () => NodeFolder>();
  readonly filesRead = new Map<string, string[]>();

  answer(request: IncomingMessage, response: ServerResponse): void {
    const file = fileRequestOf(request);
    if (file !== undefined) {
      const asked = file.from === undefined ? file.name : `${file.name} from ${file.from}`;
      this.filesRead.set(file.pod, [...(this.filesRead.get(file.pod) ?? []), asked]);
      // A kubelet has files of no kind, and so none for who asks for one.
      const isAccepted = request.headers.accept === '*/*';
      return answerFile(response, isAccepted ? (this.folders.get(file.pod)?.() ?? 404) : 406, file);
    }
    const { pod, ...asked } = logRequestOf(request);
    const all = this.answers.get(pod) ?? [];
    this.requests.set(pod, (this.requests.get(pod) ?? 0) + 1);
    const answer = (all.length > 1 ? all.shift() : all[0]) ?? (() => response.writeHead(404).end());
    void Promise.resolve(answer(response, asked)).catch(() => response.destroy());
  }
}

/** `GET /containerLogs/<namespace>/<pod>/<container>?follow=true&timestamps=true` */
function logRequestOf({ url = '/' }: IncomingMessage): LogRequest & { readonly pod: string } {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const [, , , pod = ''] = pathname.split('/');
  return { pod, follow: searchParams.get('follow') === 'true', timestamps: searchParams.get('timestamps') === 'true' };
}
