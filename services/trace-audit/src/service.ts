import {
  defined,
  parseDeadlines,
  STAGES,
  VERDICTS,
  type EvaluationId,
  type Fact,
  type FactType,
} from '@lacuna/contracts';
import {
  logFailure,
  runningUntil,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { openContractExporter } from '@lacuna/telemetry';
import { Auditor } from './auditor.ts';
import { Compactor } from './compactor.ts';
import { cdEventsOf, TOLD_AS_CD_EVENTS } from './cd-events-of.ts';
import { AuditConfigSchema } from './config.ts';
import { exportTraces } from './export-traces.ts';
import { sendAlerts } from './send-alerts.ts';
import { settledEvaluations } from './settled-evaluations.ts';

/** The wiring of trace-audit: the auditor, the trace exporter, and one durable consumer per alert target. */
export const traceAudit: ServiceDefinition<typeof AuditConfigSchema> = {
  name: 'trace-audit',
  config: AuditConfigSchema,
  start,
};

type Context = ServiceContext<typeof AuditConfigSchema>;

/** Facts after which a trace has new final spans. */
const EXPORTED_ON: FactType[] = [
  'cluster-warned',
  'finding-raised',
  'finding-cleared',
  'retry-ordered',
  'settled',
  'compared-alone',
];

/** Traces per export request, and how long a started batch waits for more. */
const BATCH = { maxBatch: 100, maxWaitMs: 50 } as const;
/** After a start all others may be starting too: a service needs some seconds for that, with its first listing of the cluster. Milliseconds. */
const SETTLE_MS = 10_000;
/** How often deadlines are checked: small beside the shortest of them, 10 s. Milliseconds. */
const TICK_MS = 250;
const READ_BACK_AFTER_MS = [150, 300, 1_000] as const;

async function start(context: Context): Promise<RunningService> {
  const { bus, clock, config, log, metrics, signal, check } = context;
  const compactor = config.otlpUrl === undefined ? undefined : compactorOf(context);
  const auditor = new Auditor(bus, {
    onSaid: counted(context),
    ...(compactor && { onSettled: compactor.settled.bind(compactor) }),
    deadlines: parseDeadlines(config.deadlines),
    now: () => clock.nowMs(),
    awakeMs: () => performance.now(),
    settleMs: SETTLE_MS,
    onError: (error, evaluation) =>
      log.error({ err: error, evaluation }, 'could not judge an evaluation; trying again'),
    tickMs: TICK_MS,
  });
  check('facts read', () => auditor.state.caughtUp);
  metrics.observe('lacuna_evaluations_open', 'Evaluations that are not settled.', () => auditor.state.open);
  const work: Promise<unknown>[] = [auditor.run(signal), ...sendAlerts(context)];
  if (config.cdevents !== undefined) work.push(tellingCdEvents(context, config.cdevents, auditor));
  if (compactor !== undefined) work.push(compactor.run(signal));
  if (config.otlpUrl !== undefined) work.push(exporting(context, config.otlpUrl, auditor));
  else
    log.warn(
      'no OTLP receiver is configured (LACUNA_OTLP_URL): traces stay in the stream until there is one, and nothing is compacted',
    );
  return runningUntil(work);
}

/** Counts what an auditor says: each verdict and each finding once, however many replicas there are. */
function counted({ metrics }: Context): (fact: Fact) => void {
  const verdicts = metrics.counter('lacuna_verdicts_total', 'Evaluations settled, by verdict.', { verdict: VERDICTS });
  const findings = metrics.counter('lacuna_findings_total', 'Holes and broken stages found, by stage.', {
    stage: STAGES,
  });
  return (fact) => {
    if (fact.type === 'settled') verdicts.add({ verdict: fact.data.verdict });
    else if (fact.type === 'finding-raised') findings.add({ stage: fact.data.stage });
  };
}

function compactorOf({ bus, clock, config, log, metrics }: Context): Compactor {
  const compacted = metrics.counter('lacuna_evaluations_compacted_total', 'Evaluations made one record.', {});
  const compactor = new Compactor(bus, {
    afterMs: config.compactAfter,
    now: () => clock.nowMs(),
    onCompacted: () => compacted.add({}),
    onGivenUp: (evaluation, why) => log.warn({ evaluation, why }, 'a settled evaluation is not compacted'),
    onError: (error) => log.error({ err: error, owed: compactor.state.owed }, 'could not compact; trying again'),
  });
  metrics.observe(
    'lacuna_evaluations_uncompacted',
    'Settled evaluations that are not compacted.',
    () => compactor.state.waiting,
  );
  metrics.observe(
    'lacuna_evaluations_uncompacted_overdue',
    'Of those, the ones whose time has come and of which something is still owed.',
    () => compactor.state.overdue,
  );
  return compactor;
}

function exporting({ bus, config, log, metrics, signal }: Context, otlpUrl: string, auditor: Auditor): Promise<void> {
  const onUnverified = (message: string): void =>
    log.warn({ message }, 'traces cannot be read back; exporting them again');
  const sink = openContractExporter({
    otlpUrl,
    onUnverified,
    ...defined({ jaegerUrl: config.jaegerUrl }),
  });
  const exported = metrics.counter('lacuna_traces_exported_total', 'Traces exported and read back.', {});
  const deps = {
    sink,
    evaluationWith: auditor.evaluationWith.bind(auditor),
    settledOnes: (ids: readonly EvaluationId[]) => settledEvaluations(bus, ids),
    onRejected: (message: string) => log.error({ message }, 'the trace store refused spans'),
    readBackAfterMs: READ_BACK_AFTER_MS,
  };
  return bus.workBatch(
    { name: 'trace-audit-export', service: 'trace-audit', types: EXPORTED_ON, onFailure: logFailure(log), ...BATCH },
    async (facts, { signal: working }) => {
      const done = await exportTraces(facts, deps, working);
      exported.add({}, [...done].filter(({ fact }) => fact.type !== 'cluster-warned').length);
      return done;
    },
    signal,
  );
}

function tellingCdEvents({ bus, config, log, signal }: Context, environment: string, auditor: Auditor): Promise<void> {
  const origin = { source: config.publicUrl ?? '/lacuna', environment };
  return bus.work(
    {
      name: 'trace-audit-cdevents',
      service: 'trace-audit',
      types: [...TOLD_AS_CD_EVENTS],
      concurrency: 16,
      onFailure: logFailure(log),
    },
    async (told) => {
      const events = cdEventsOf(told.fact, await auditor.evaluationWith(told), origin);
      for (const event of events) await bus.publishCdEvent(event);
    },
    signal,
  );
}
