import { submittedSubject, type EvaluationId } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import {
  logFailure,
  openCluster,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { Collector } from './collect.ts';
import { CollectConfigSchema } from './config.ts';

/** The wiring of log-collect. A capture holds its work item for as long as the container runs, with heartbeats. */
export const logCollect: ServiceDefinition<typeof CollectConfigSchema> = {
  name: 'log-collect',
  config: CollectConfigSchema,
  start,
};

/** How the re-reads share the time that is allowed for them: soon at first, because most late bytes are only a moment late. */
const REREAD_SHARES = [0.02, 0.1, 0.28, 0.6] as const;

async function start({
  bus,
  clock,
  config,
  log,
  metrics,
  signal,
  step,
}: ServiceContext<typeof CollectConfigSchema>): Promise<RunningService> {
  const cluster = await step('cluster', (opening) => openCluster(config, opening));
  const collector = new Collector({
    bus,
    cluster,
    now: () => clock.nowMs(),
    chunkIdleMs: config.chunkIdle,
    quietMs: config.quiet,
    rereadAfterMs: REREAD_SHARES.map((share) => Math.round(share * config.reread)),
    reportOf: (evaluation) => reportOf(evaluation, bus),
  });
  metrics.observe('lacuna_log_captures_open', 'Logs that are being captured.', () => collector.open);
  return runningUntil([
    bus.work(
      // Twice: the started and the ended fact of one container both hold a place while its capture runs.
      {
        name: 'log-collect',
        service: 'log-collect',
        types: ['container-started', 'container-ended'],
        concurrency: config.captures * 2,
        ackWaitMs: 10_000,
        onFailure: logFailure(log),
      },
      (told, work) => collector.collect(told, work),
      signal,
    ),
  ]);
}

async function reportOf(evaluation: EvaluationId, bus: Pick<Bus, 'readFact'>): Promise<string | undefined> {
  const found = await bus.readFact(submittedSubject(evaluation));
  return found?.fact.type === 'submitted' ? found.fact.data.spec.report : undefined;
}
