import {
  logFailure,
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { CLEAN_UP_FACTS, cleanUp } from './clean-up.ts';
import { DispatchConfigSchema } from './config.ts';
import { Dispatcher } from './dispatcher.ts';
import { parseWeights } from './parse-weights.ts';

/** How many removals run side by side; they are off the path of the evaluations. */
const CLEAN_UP_CONCURRENCY = 8;

/** The wiring of dispatch: the dispatcher follows the queue, and what is over is removed by a durable consumer. */
export const dispatch: ServiceDefinition<typeof DispatchConfigSchema> = {
  name: 'dispatch',
  config: DispatchConfigSchema,
  start,
};

async function start({
  bus,
  clock,
  config,
  log,
  metrics,
  signal,
  step,
  check,
}: ServiceContext<typeof DispatchConfigSchema>): Promise<RunningService> {
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const dispatcher = new Dispatcher(bus, cluster, {
    capacity: config.capacity,
    weights: parseWeights(config.queueWeights),
    maxCreates: config.createConcurrency,
    delayNoticeMs: config.delayNotice,
    defaults: { graceMs: config.stopGrace, lossless: config.lossless, spoolBytes: config.spool },
    now: () => clock.nowMs(),
    onError: (error, evaluation) =>
      log.error({ err: error, evaluation }, 'could not create or stop a Job; trying again'),
  });
  check('queue read', () => dispatcher.state.caughtUp);
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
  return runningUntil([
    dispatcher.run(signal),
    bus.work(
      {
        name: 'dispatch-clean-up',
        service: 'dispatch',
        types: CLEAN_UP_FACTS,
        concurrency: CLEAN_UP_CONCURRENCY,
        onFailure: logFailure(log),
      },
      (told, work) => cleanUp(told, bus, cluster, work.signal),
      signal,
    ),
  ]);
}
