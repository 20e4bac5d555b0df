import { createHash, randomUUID } from 'node:crypto';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import type { ApiClient } from './api-client.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly phase?: string };
}

/** What became of the logs of one round: how many were whole, while they were followed and when they were read again after the end. */
export interface PlainRound {
  readonly followed: number;
  readonly reread: number;
  readonly ms: number;
}

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const PODS = '/api/v1/namespaces/default/pods';
const LABEL = encodeURIComponent('plain=yes');
const ENDED = new Set(['Succeeded', 'Failed']);

/**
 * Runs the command in `count` Jobs at once, follows each log as `kubectl logs --follow` does, from the moment its container runs until the
 * stream ends, and reads each once more when all pods have ended. The time is that from the first Job to the last end of a stream.
 */
export async function plainRound(
  api: ApiClient,
  count: number,
  command: readonly string[],
  sha256: string,
): Promise<PlainRound> {
  const round = randomUUID().slice(0, 8);
  const begin = performance.now();
  const jobs = Array.from({ length: count }, (_, index) => jobOf(`plain-${round}-${index}`, command));
  const readers = new Map<string, Promise<boolean>>();
  const whole = async (query: string, pod: string): Promise<boolean> =>
    createHash('sha256')
      .update(await api.bytes('GET', `${PODS}/${pod}/log${query}`))
      .digest('hex') === sha256;
  const watching = readAll();
  await Promise.all(jobs.map((job) => api.call('POST', JOBS, job)));
  await watching;
  const followed = await Promise.all(readers.values());
  const ms = performance.now() - begin;
  const reread = await Promise.all([...readers.keys()].map((pod) => whole('', pod)));
  await removeAll(api);
  return { followed: countOf(followed), reread: countOf(reread), ms };

  /** Until every pod has ended. */
  async function readAll(): Promise<void> {
    const ended = new Set<string>();
    for await (const { object } of api.follow<Pod>(PODS, 'plain=yes')) {
      const { name } = object.metadata;
      const phase = object.status?.phase ?? '';
      if (!name.startsWith(`plain-${round}-`) || phase === 'Pending') continue;
      if (!readers.has(name)) readers.set(name, whole('?follow=true', name));
      if (ENDED.has(phase)) ended.add(name);
      if (ended.size === count) return;
    }
  }
}

async function removeAll(api: ApiClient): Promise<void> {
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
  await api.call('DELETE', `${JOBS}?labelSelector=${LABEL}`, options);
  // A watch that sees the last one go.
  const left = async () => (await api.call<{ items: Pod[] }>('GET', `${PODS}?labelSelector=${LABEL}`)).items.length;
  while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
}

const countOf = (all: readonly boolean[]): number => all.filter(Boolean).length;

function jobOf(name: string, command: readonly string[]): object {
  const labels = { plain: 'yes' };
  const container = { name: 'main', image: BUSYBOX_IMAGE, imagePullPolicy: 'Never', command };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, labels }, spec: { backoffLimit: 0, template } };
}
