import type { Cluster } from '@lacuna/cluster';
import { openLogArchive } from '@lacuna/log-archive';
import {
  logFailure,
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { Collector } from './collect.ts';
import { FinalReadQueue } from './final-read-queue.ts';
import type { FinalReadTimes } from './final-reads.ts';
import { HeldUpLogs } from './held-up-logs.ts';
import { LogKeeper } from './keep/log-keeper.ts';
import { LogRoom } from './keep/log-room.ts';
import { StuckLogs } from './keep/stuck-logs.ts';
import { CollectConfigSchema } from './config.ts';
import { LogTraffic } from './log-traffic.ts';
import { LookPace } from './look-pace.ts';
import { nodeOf } from './node-of.ts';
import { ReadAheadRoom } from './read-ahead-room.ts';
import { readReportFile } from './read-report-file.ts';
import { wishesOf } from './wishes-of.ts';

/** The wiring of log-collect. A capture holds its work item for as long as the container runs, with heartbeats. */
export const logCollect: ServiceDefinition<typeof CollectConfigSchema> = {
  name: 'log-collect',
  config: CollectConfigSchema,
  start,
};

/** How long a log is read again by default. containerd drains a container's output for up to 10 s after its end (fault L7). Milliseconds. */
const REREAD_MS: Readonly<Record<Cluster['kind'], number>> = { kubernetes: 12_000, process: 2_000, fake: 2_000 };
/** Two reads that agree must be that far apart, if there is that much time. Milliseconds. Source: fault L7. */
const AGREE_MS = 2_000;
/** How long a source that does not answer is asked after the end: less than the time within which the log is owed. Milliseconds. */
const GIVE_UP_MS = 20_000;
/** How many logs are captured at a time; of more, the others wait, or another replica takes them. */
const CAPTURES = 1_000;
/**
 * A chunk is stored this long after its first byte: too short to be noticed, yet a log that comes line by line takes 40 messages a second at most. And five
 * chunks are read ahead of a store that stands still for a moment.
 */
const CHUNKING = { idleMs: 25, aheadBytes: 4 * 2 ** 20 } as const;
/** What all logs together may be read ahead: a small part of the 512 MiB that the chart gives a replica. */
const READ_AHEAD_ALL_BYTES = 64 * 2 ** 20;
/** A followed log that is silent for so long is opened anew and compared: a stream that hangs looks like a silent one (faults L4, L17). Milliseconds. */
const STALL_MS = 15_000;
/** The pauses double up to this, so that containers that are silent for hours cost next to nothing. Milliseconds. */
const MOST_STALL_MS = 300_000;
/** How long a log is not followed while others bring much, or when its node can't. A kubelet looks every 10 s whether a log is to be rotated. Milliseconds. */
const BUSY_AFTER_MS = 8_000;
/** How the re-reads share the time that is allowed for them: soon at first, because most late bytes are only a moment late. */
const REREAD_SHARES = [0.02, 0.1, 0.28, 0.6] as const;

type Context = ServiceContext<typeof CollectConfigSchema>;

async function start(context: Context): Promise<RunningService> {
  const { bus, clock, log, signal } = context;
  const cluster = await openClusterOf(context);
  const heldUp = new HeldUpLogs({
    bus,
    now: () => clock.nowMs(),
    warn: (details, message) => log.warn(details, message),
  });
  const collector = collectorOn(cluster, heldUp, context);
  const keeper = keeperOf(context, heldUp);
  return runningUntil([
    bus.work(
      // Twice: the started and the ended fact of one container both hold a place while its capture runs.
      {
        name: 'log-collect',
        service: 'log-collect',
        types: ['container-started', 'container-ended'],
        concurrency: CAPTURES * 2,
        ackWaitMs: 10_000,
        onFailure: logFailure(log),
      },
      (told, work) => collector.collect(told, work),
      signal,
    ),
    keeper.run(signal),
  ]);
}

/** With the files of its nodes, where they are to be read. */
function openClusterOf({ config, log, metrics, step }: Context): Promise<Cluster> {
  const refused = metrics.counter(
    'lacuna_node_files_refused_total',
    'How often the files of a node could not be read: its logs then come through the API server for 30 s.',
    {},
  );
  const nodeFiles = {
    caFile: config.kubeletCa,
    address: config.kubeletAddress,
    onRefused: (node: string, why: string) => {
      refused.add({});
      log.warn({ node, why }, 'the files of a node can not be read; its logs come through the API server meanwhile');
    },
  };
  return step('cluster', (opening) => openCluster(config, opening, config.nodeFiles ? nodeFiles : undefined));
}

/** What captures logs while they are written, with its metrics. */
function collectorOn(cluster: Cluster, heldUp: HeldUpLogs, { bus, clock, config, metrics }: Context): Collector {
  const room = new ReadAheadRoom(READ_AHEAD_ALL_BYTES);
  const finalReadQueue = new FinalReadQueue(config.readAtEnd);
  const notFollowed = metrics.counter(
    'lacuna_logs_not_followed_total',
    'Reads of logs whose node had no watch left to follow them by (fs.inotify.max_user_instances): such a log is seen up to 8 s late.',
    {},
  );
  const collector = new Collector({
    bus,
    cluster,
    now: () => clock.nowMs(),
    chunking: { ...CHUNKING, room },
    traffic: new LogTraffic(config.followBelow),
    lookPace: new LookPace(),
    follow: {
      afterMs: config.followAfter,
      busyAfterMs: BUSY_AFTER_MS,
      stallMs: STALL_MS,
      mostMs: MOST_STALL_MS,
      quietMs: config.quiet,
      leavingMs: GIVE_UP_MS,
    },
    finalReadQueue,
    finalReads: finalReadsWithin(config.reread ?? REREAD_MS[cluster.kind]),
    wishesOf: (evaluation) => wishesOf(evaluation, bus, config.logBudget),
    nodeOf: async (container) => (config.nodeFiles ? nodeOf(container, bus) : undefined),
    onNotFollowed: () => notFollowed.add({}),
    onHeldUp: (container, why) => heldUp.tell(container, why),
    readFile: (file, container, reading) => readReportFile(file, container, cluster, reading),
  });
  metrics.observe('lacuna_log_captures_open', 'Logs that are being captured.', () => collector.open);
  metrics.observe('lacuna_log_read_ahead_bytes', 'What was read of logs and is not stored yet.', () => room.held);
  const ofWaiting = 'Logs whose containers have ended, and that wait while others are read.';
  metrics.observe('lacuna_log_captures_waiting', ofWaiting, () => finalReadQueue.waiting);
  metrics.observe('lacuna_log_captures_held_up', 'Logs that wait for room in the store.', () => heldUp.size);
  return collector;
}

/** What becomes of logs after their closing. */
function keeperOf({ bus, clock, config, log, metrics }: Context, heldUp: HeldUpLogs): LogKeeper {
  const now = (): number => clock.nowMs();
  const stuck = new StuckLogs({ bus, now, warn: (details, message) => log.warn(details, message) });
  const room = new LogRoom({ bus, aboveBytes: config.archiveAbove, isHeldUp: () => heldUp.size > 0 });
  const done = metrics.counter('lacuna_logs_kept_total', 'Closed logs that were moved to the archive, or removed.', {
    what: ['archived', 'removed'],
  });
  metrics.observe('lacuna_logs_stuck', 'Closed logs that the archive does not take or let go now.', () => stuck.size);
  return new LogKeeper({
    bus,
    archive: openLogArchive(config),
    room,
    stuck,
    now,
    archiveAfterMs: config.archiveAfter,
    retentionMs: config.logRetention,
    onDone: (what) => done.add({ what }),
    onError: (error) => log.warn({ err: error }, 'closed logs could not be moved or removed; looking again'),
  });
}

function finalReadsWithin(ms: number): FinalReadTimes {
  return {
    afterMs: REREAD_SHARES.map((share) => Math.round(share * ms)),
    agreeMs: Math.min(AGREE_MS, ms),
    giveUpMs: GIVE_UP_MS,
  };
}
