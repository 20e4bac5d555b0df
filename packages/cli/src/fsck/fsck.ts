import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@lacuna/client';
import type { Cluster } from '@lacuna/cluster';
import type { LogArchive } from '@lacuna/log-archive';
import type { Bus, UnreadConsumer } from '@lacuna/messaging';
import { checkCluster } from './check-cluster.ts';
import { checkEnv } from './check-env.ts';
import { checkLogs } from './check-logs.ts';
import { checkReadModel } from './check-read-model.ts';
import { checkTraces } from './check-traces.ts';
import { findUnread } from './find-unread.ts';
import { sameDifference, type Difference } from './difference.ts';
import { readStream } from './read-stream.ts';

interface FsckStores {
  readonly bus: Pick<Bus, 'follow' | 'keptEnv' | 'logEnd' | 'readLog' | 'unreadConsumers'>;
  readonly client: Pick<Client, 'list'>;
  readonly cluster: Pick<Cluster, 'observe'>;
  /** Of closed logs; without it the logs that were moved there are not compared. */
  readonly archive: LogArchive | undefined;
  /** Jaeger's query API; without it traces are not compared. */
  readonly jaegerUrl: string | undefined;
  readonly now: () => number;
}

interface FsckOutcome {
  readonly evaluations: number;
  readonly logs: number;
  readonly differences: readonly Difference[];
  /** No difference, and the services may be down; but until they are read, or removed, nothing behind them is compacted. */
  readonly unread: readonly UnreadConsumer[];
  /** What could not be compared, and why. */
  readonly unchecked: readonly string[];
}

/** What passes by itself, such as a row that is about to be written, is gone by then. Milliseconds. */
const LOOK_AGAIN_MS = 2_000;

/** Rebuilds every evaluation from the stream and compares it with what the other stores hold. Changes nothing. */
export async function fsck(stores: FsckStores, signal: AbortSignal): Promise<FsckOutcome> {
  const { archive, bus, jaegerUrl, now } = stores;
  const evaluations = await readStream(bus, signal);
  // At once: values that come later are too young to be left.
  const inEnv = await checkEnv(bus, evaluations, now());
  const moving = await lasting(stores, signal);
  const { differences: inLogs, logs, unchecked } = await checkLogs({ bus, archive, now }, evaluations, signal);
  const inTraces = jaegerUrl === undefined ? [] : await checkTraces(jaegerUrl, evaluations, signal);
  const unread = await findUnread(bus);
  return {
    evaluations: evaluations.size,
    logs,
    differences: [...moving, ...inLogs, ...inEnv, ...inTraces],
    unread,
    unchecked,
  };
}

/** Differences in what goes on changing while it is looked at: those that are there at two looks. */
async function lasting(stores: FsckStores, signal: AbortSignal): Promise<Difference[]> {
  const first = await look(stores, signal);
  if (first.length === 0) return [];
  await delay(LOOK_AGAIN_MS, undefined, { signal });
  const second = await look(stores, signal);
  return second.filter((difference) => first.some((known) => sameDifference(known, difference)));
}

async function look({ bus, client, cluster, now }: FsckStores, signal: AbortSignal): Promise<Difference[]> {
  const evaluations = await readStream(bus, signal);
  return [
    ...(await checkReadModel(client, evaluations, signal)),
    ...(await checkCluster(cluster, evaluations, now(), signal)),
  ];
}
