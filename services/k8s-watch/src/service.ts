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

type Context = ServiceContext<typeof WatchConfigSchema>;

async function start(context: Context): Promise<RunningService> {
  const { bus, clock, config, log, signal, step, check } = context;
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const publisher = publisherOn(context);
  const inventory = new Inventory();
  check('cluster listed', () => inventory.isWhole);
  const expectations = new Expectations();
  const shared = { publisher, inventory, nodes: new NodeLeases(config.nodeLease), now: () => clock.nowMs() };
  const seeing = { ...shared, report: watchReport(context) };
  const looking: ReconcileDeps = {
    ...shared,
    expectations,
    orphans: orphansOf(inventory, expectations, context),
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

function publisherOn({ bus, log }: Context): FactPublisher {
  return new FactPublisher(bus, {
    onError: (error, { evaluation, type }) =>
      log.error({ err: error, evaluation, fact: type }, 'could not publish a fact; the next listing brings it again'),
    onOtherEnd: ({ evaluation, data }) =>
      log.error({ evaluation, told: data }, 'the cluster now reports another end of a container; the first one stands'),
  });
}

function orphansOf(inventory: Inventory, expectations: Expectations, { bus, config, metrics }: Context): Orphans {
  const { orphanAfter: afterMs, removalWithin: removalMs } = config;
  const orphans = new Orphans({ bus, inventory, expectations, afterMs, removalMs });
  metrics.observe(
    'lacuna_orphans',
    'Jobs and pods with our labels that should not be there.',
    () => [...expectations.orphans].length,
  );
  metrics.observe(
    'lacuna_removals_late',
    'Jobs and pods of settled evaluations that dispatch has not come to remove for longer than an orphan is given.',
    () => orphans.late,
  );
  return orphans;
}
