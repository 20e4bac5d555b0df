import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { requestApi } from '@lacuna/servers';
import type { ControlPlane } from '@lacuna/servers';
import { applyManifest, getJson } from './cluster-objects.ts';
import { FakePod, type LogAnswer, type LogRequest } from './fake-pod.ts';
import { fileRequestOf } from './node-folder.ts';
import { registerNode } from './register-node.ts';

/** A node that runs nothing and serves logs as it is told, behind the real API server: all that a log API can do wrong. */
export interface FakeKubelet extends AsyncDisposable {
  /** Makes a pod that is bound to the node, in the namespace `default`; its container is named `main`. `answers`: see `FakePod.serve`. */
  startPod(...answers: readonly LogAnswer[]): Promise<FakePod>;
  /** Deletes a pod at once. */
  deletePod(pod: FakePod): Promise<void>;
  /** Breaks every connection, and refuses new ones until it is told otherwise. */
  refuse(isRefusing: boolean): void;
}

const NODE = 'fake-kubelet';

/** Needs nothing but the control plane. Dispose it before that. */
export async function startFakeKubelet(controlPlane: ControlPlane): Promise<FakeKubelet> {
  const { admin, apiServer, caFile } = controlPlane;
  const pods = new Map<string, FakePod>();
  let made = 0;
  let isRefusing = false;
  const server = createServer({ cert: await readFile(caFile), key: await readFile(apiServer.keyFile) });
  const open = new Set<Duplex>();
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))));
  server.on('secureConnection', (socket) => isRefusing && socket.destroy());
  server.on('request', (request, response) => answer(pods, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await registerNode(controlPlane, NODE, (server.address() as AddressInfo).port);
  const podPath = (name: string): string => `/api/v1/namespaces/default/pods/${name}`;
  return {
    async startPod(...answers) {
      const name = `pod-${made++}`;
      const containers = [{ name: 'main', image: 'none' }];
      const spec = { nodeName: NODE, restartPolicy: 'Never', containers };
      await applyManifest(controlPlane, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec,
      });
      const { metadata } = await getJson<{ metadata: { uid: string } }>(controlPlane, podPath(name));
      const pod = new FakePod(name, metadata.uid, NODE);
      pod.serve(...answers);
      pods.set(name, pod);
      return pod;
    },
    async deletePod({ container }) {
      const path = `${podPath(container.podName)}?gracePeriodSeconds=0`;
      await requestApi(admin, { method: 'DELETE', path });
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

function answer(pods: ReadonlyMap<string, FakePod>, request: IncomingMessage, response: ServerResponse): void {
  const file = fileRequestOf(request);
  const log = logRequestOf(request);
  const pod = pods.get(file?.pod ?? log.pod);
  if (pod === undefined) response.writeHead(404).end();
  else if (file !== undefined) pod.answerFile(request, response, file);
  else pod.answerLog(response, log);
}

/** `GET /containerLogs/<namespace>/<pod>/<container>?follow=true&timestamps=true` */
function logRequestOf({ url = '/' }: IncomingMessage): LogRequest & { readonly pod: string } {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const [, , , pod = ''] = pathname.split('/');
  return { pod, follow: searchParams.get('follow') === 'true', timestamps: searchParams.get('timestamps') === 'true' };
}
