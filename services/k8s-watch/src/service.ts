import {
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { WatchConfigSchema } from './config.ts';
import { FactPublisher } from './fact-publisher.ts';
import { OpenPods } from './open-pods.ts';
import { watch, type WatchStatus } from './watch.ts';

/** The wiring of k8s-watch. */
export const k8sWatch: ServiceDefinition<typeof WatchConfigSchema> = {
  name: 'k8s-watch',
  config: WatchConfigSchema,
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
}: ServiceContext<typeof WatchConfigSchema>): Promise<RunningService> {
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const publisher = new FactPublisher(bus, (error, fact) =>
    log.error(
      { err: error, evaluation: fact.evaluation, fact: fact.type },
      'could not publish a fact; the next listing tells it again',
    ),
  );
  const openPods = new OpenPods();
  const status: WatchStatus = { synced: false, lastObservationAt: clock.nowMs() };
  check('cluster listed', () => status.synced);
  metrics.observe(
    'lacuna_watch_last_observation_age_seconds',
    'Since the cluster last told anything.',
    () => (clock.nowMs() - status.lastObservationAt) / 1_000,
  );
  return runningUntil([
    openPods.follow(bus, signal),
    watch(cluster, { publisher, openPods, status, now: () => clock.nowMs() }, signal).then(() => publisher.drained()),
  ]);
}
