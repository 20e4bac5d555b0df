import {
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { WatchConfigSchema } from './config.ts';
import { Expectations } from './expectations.ts';
import { FactPublisher } from './fact-publisher.ts';
import { Inventory } from './inventory.ts';
import { NodeLeases } from './node-leases.ts';
import { Orphans } from './orphans.ts';
import { reconcile, type ReconcileDeps } from './reconcile.ts';
import { watch } from './watch.ts';
import { watchReport } from './watch-report.ts';

/** The wiring of k8s-watch: observations become facts, and what is there is compared with what should be. */
export const k8sWatch: ServiceDefinition<typeof WatchConfigSchema> = {
  name: 'k8s-watch',
  config: WatchConfigSchema,
  start,
};

async function start(context: ServiceContext<typeof WatchConfigSchema>): Promise<RunningService> {
  const { bus, clock, config, log, metrics, signal, step, check } = context;
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const now = (): number => clock.nowMs();
  const publisher = new FactPublisher(bus, {
    onError: (error, { evaluation, type }) =>
      log.error({ err: error, evaluation, fact: type }, 'could not publish a fact; the next listing tells it again'),
    onOtherEnd: ({ evaluation, data }) =>
      log.error({ evaluation, told: data }, 'the cluster now tells another end of a container; the first one stands'),
  });
  const inventory = new Inventory();
  const expectations = new Expectations();
  const nodes = new NodeLeases(config.nodeLease);
  check('cluster listed', () => inventory.isWhole);
  metrics.observe(
    'lacuna_orphans',
    'Jobs and pods with our labels that should not be there.',
    () => [...expectations.orphans].length,
  );
  const orphans = new Orphans({
    bus,
    inventory,
    expectations,
    afterMs: config.orphanAfter,
    removalMs: config.removalWithin,
  });
  metrics.observe(
    'lacuna_removals_late',
    'Jobs and pods of settled evaluations that dispatch has not come to remove for longer than an orphan is given.',
    () => orphans.late,
  );
  const shared = { publisher, inventory, nodes, now };
  const seeing = { ...shared, report: watchReport(context) };
  const looking: ReconcileDeps = {
    ...shared,
    expectations,
    orphans,
    onOrphan: ({ evaluation, data }) =>
      log.error({ evaluation, orphan: data }, `an orphan in the cluster: ${data.state}`),
    onError: (error) => log.error({ err: error }, 'could not compare the cluster with the stream; trying again'),
  };
  return runningUntil([
    expectations.follow(bus, signal),
    watch(cluster, seeing, signal).then(() => publisher.drained()),
    reconcile(looking, signal).then(() => publisher.drained()),
  ]);
}
