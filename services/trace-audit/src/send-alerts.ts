import type { Alert, Fact } from '@lacuna/contracts';
import { logFailure, type ServiceContext } from '@lacuna/service-kit';
import { alertOf, ALERTING_FACTS, type AlertingFact } from './alert-of.ts';
import { alertTargets, type AlertTarget } from './alert-targets.ts';
import type { AuditConfigSchema } from './config.ts';

type Context = ServiceContext<typeof AuditConfigSchema>;

/**
 * Alerts of one target that are on their way at a time. Each waits for the stream or the receiver and not for us: four at a time made the last of 200
 * holes of the same moment, on two cores with ten times the work they can do, 5 s late on NATS and 8 s at a webhook; so many, 3 s and 4 s.
 */
const AT_ONCE = 32;

/** Sends the alert of each fact that calls for one, with a durable consumer for each target, so that none holds up another. */
export function sendAlerts(context: Context): Promise<void>[] {
  const { bus, clock, config, log, signal } = context;
  return alertTargets(bus, config, () => clock.nowMs()).map((target) =>
    bus.work(
      {
        name: `trace-audit-alert-${target.name}`,
        service: 'trace-audit',
        types: [...ALERTING_FACTS],
        concurrency: AT_ONCE,
        onFailure: logFailure(log),
      },
      async ({ fact, seq }, work) => {
        if (isAlerting(fact)) await send({ fact, seq }, target, context, work.signal);
      },
      signal,
    ),
  );
}

/**
 * A delivery that failed comes again later, and may come behind the one that resolves the same alert; whoever gets them would be told of it for
 * ever. So where repeats are dropped, what was raised goes before its end; elsewhere it is resolved behind it once more, when it is over by then.
 */
async function send(
  { fact: told, seq }: { readonly fact: AlertingFact; readonly seq: number },
  target: AlertTarget,
  { bus, config }: Context,
  signal: AbortSignal,
): Promise<void> {
  const facts = await bus.readFacts(told.evaluation, seq);
  const submitted = facts.find((one) => one.fact.type === 'submitted')?.fact;
  const name = submitted?.type === 'submitted' ? submitted.data.spec.name : told.evaluation;
  const alert = alertOf(told, name, config);
  const other = (known: typeof facts): Alert | undefined =>
    known
      .flatMap(({ fact }) => (isAlerting(fact) ? [alertOf(fact, name, config)] : []))
      .find(({ key, status }) => key === alert.key && status !== alert.status);
  const raised = alert.status === 'resolved' && target.dropsRepeats ? other(facts) : undefined;
  if (raised !== undefined) await target.send(raised, signal);
  await target.send(alert, signal);
  if (alert.status === 'resolved' || target.dropsRepeats) return;
  const over = other(await bus.readFacts(told.evaluation, seq));
  if (over !== undefined) await target.send(over, signal);
}

function isAlerting(fact: Fact): fact is AlertingFact {
  return ALERTING_FACTS.some((type) => type === fact.type);
}
