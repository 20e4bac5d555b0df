import type { Cluster } from '@lacuna/cluster';
import { CLEAN_UP } from '@lacuna/contracts';
import {
  logFailure,
  type Metrics,
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { CLEAN_UP_FACTS, cleanUp } from './clean-up.ts';
import { DispatchConfigSchema } from './config.ts';
import { BEHIND_AFTER_MS, Dispatcher } from './dispatcher.ts';
import { LeftEnv } from './left-env.ts';
import { parseWeights } from './parse-weights.ts';
import { RemovalLine, type RemovalTimes } from './removal-line.ts';

/** How many create requests may be under way at a time, at best: as many as there are connections for them (the `api` lane of cluster-kubernetes). */
const MAX_CREATES = 32;
/** How many removals run side by side; they are off the path of the evaluations. */
const REMOVALS_AT_ONCE = 8;
/** How many wait for their turn, of this process. */
const REMOVALS_IN_HAND = 2_000;
/** What waits in the line is told to the server every third of it, message by message: most are removed before. */
const REMOVAL_ACK_WAIT_MS = 60_000;
/**
 * A dispatcher that reads a moment late still finds the Job of an evaluation that is over, and does not make it again. And the Job controller writes an end
 * up to a second after it; the garbage collector then has nothing to wait for.
 */
const REMOVAL_TIMES: Readonly<Record<Cluster['kind'], RemovalTimes>> = {
  kubernetes: { leastMs: 2_000, mostMs: 15_000 },
  process: { leastMs: 2 * BEHIND_AFTER_MS, mostMs: 2 * BEHIND_AFTER_MS },
  fake: { leastMs: 0, mostMs: 0 },
};

/** The wiring of dispatch: the dispatcher follows the queue, and what is over is removed by a durable consumer. */
export const dispatch: ServiceDefinition<typeof DispatchConfigSchema> = {
  name: 'dispatch',
  config: DispatchConfigSchema,
  start,
};

type Context = ServiceContext<typeof DispatchConfigSchema>;

async function start(context: Context): Promise<RunningService> {
  const { bus, clock, config, log, signal, step, check } = context;
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const dispatcher = dispatcherOn(cluster, context);
  check('queue read', () => dispatcher.state.caughtUp);
  const removals = removalsOf(cluster, dispatcher, context);
  const leftEnv = new LeftEnv(bus, {
    now: () => clock.nowMs(),
    onErased: ({ evaluation }) => log.warn({ evaluation }, 'erased env values that were left, and that nobody needs'),
    onError: (error) => log.error({ err: error }, 'could not look for env values that were left; looking again later'),
  });
  return runningUntil([
    dispatcher.run(signal),
    leftEnv.run(signal),
    bus.work(
      {
        name: CLEAN_UP,
        ackWaitMs: REMOVAL_ACK_WAIT_MS,
        service: 'dispatch',
        types: CLEAN_UP_FACTS,
        concurrency: REMOVALS_IN_HAND,
        onFailure: logFailure(log),
      },
      (told, work) => removals.run(told.storedAt, () => cleanUp(told, bus, cluster, work.signal)),
      signal,
    ),
  ]);
}

function dispatcherOn(cluster: Cluster, { bus, clock, config, log, metrics }: Context): Dispatcher {
  const dispatcher = new Dispatcher(bus, cluster, {
    capacity: config.capacity,
    weights: parseWeights(config.queueWeights),
    maxCreates: MAX_CREATES,
    delayNoticeMs: config.delayNotice,
    defaults: { graceMs: config.stopGrace, lossless: config.lossless, spoolBytes: config.spool },
    now: () => clock.nowMs(),
    onError: (error, evaluation) =>
      log.error({ err: error, evaluation }, 'could not create or stop a Job; trying again'),
  });
  observe(dispatcher, metrics);
  return dispatcher;
}

/** Removals make way for what still waits for a Job, except where they are what makes room for it. */
function removalsOf(cluster: Cluster, dispatcher: Dispatcher, { clock, metrics, signal }: Context): RemovalLine {
  const removals = new RemovalLine(
    {
      ...REMOVAL_TIMES[cluster.kind],
      concurrency: REMOVALS_AT_ONCE,
      isBusy: () => dispatcher.state.holding + dispatcher.state.waiting > 0,
      isWanted: () => dispatcher.state.obstacle === 'quota' || dispatcher.state.refusedPods > 0,
      now: () => clock.nowMs(),
    },
    signal,
  );
  metrics.observe('lacuna_dispatch_removals', 'Jobs that are over and wait to be removed.', () => removals.length);
  return removals;
}

function observe(dispatcher: Dispatcher, metrics: Metrics): void {
  metrics.observe('lacuna_dispatch_waiting', 'Evaluations that wait for a Job.', () => dispatcher.state.waiting);
  metrics.observe('lacuna_dispatch_jobs', 'Jobs that hold a slot.', () => dispatcher.state.holding);
  metrics.observe(
    'lacuna_dispatch_create_limit',
    'Create requests that may be under way at a time, as the cluster bears it.',
    () => dispatcher.state.createLimit,
  );
  metrics.observe(
    'lacuna_dispatch_refused_pods',
    'Jobs whose pod a quota refuses at the moment.',
    () => dispatcher.state.refusedPods,
  );
}
