import { setTimeout as delay } from 'node:timers/promises';
import { defined, type EvaluationId, type EvaluationView } from '@lacuna/contracts';
import type { ReceivedAlert } from '../demo/alert-receiver.ts';
import { unmet } from '../demo/expected.ts';
import { traceInJaeger, type TraceInJaeger } from '../demo/trace-in-jaeger.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill, DrillOutcome, Injected } from './drill.ts';
import { submit } from './submit.ts';
import { waitFor } from './wait-for.ts';

/** Makes one fault, waits for what it must cause, and says whether that came. Never throws: what goes wrong is a failed drill. */
export async function runDrill(drill: Drill, context: DrillContext): Promise<DrillOutcome> {
  try {
    const injected = await inject(drill, context);
    const view = await context.client.waitUntilSettled(injected.id, { signal: context.signal });
    return await judge(drill, context, injected, view);
  } catch (error) {
    const problems = [(error as Error).message];
    return { fault: drill.fault, passed: false, brokenSpans: [], alerts: [], problems, unseen: [] };
  }
}

async function inject(drill: Drill, context: DrillContext): Promise<Injected> {
  const spec = { ...drill.spec, ...defined({ image: context.kubernetes?.image }), name: `drill-${drill.fault}` };
  return drill.inject === undefined ? { id: await submit(context, spec) } : drill.inject(context, spec);
}

async function judge(
  drill: Drill,
  context: DrillContext,
  injected: Injected,
  view: EvaluationView,
): Promise<DrillOutcome> {
  const { expected, cause, fault } = drill;
  const trace =
    context.jaegerUrl === undefined ? undefined : await wholeTrace(context.jaegerUrl, view, expected.broken);
  const alerts = await alertsOf(context, view, expected.broken === undefined ? 0 : 1);
  const ranked = injected.causeThen ?? (await context.client.diagnosis(view.id)).causes[0]?.cause;
  const wrongCause =
    ranked === cause ? [] : [`the diagnosis ranks ${ranked ?? 'nothing'} first, not ${cause ?? 'nothing'}`];
  const problems = [
    ...(injected.problems ?? []),
    ...unmet(fault, expected, { view, alerts, trace }),
    ...wrongCause,
    ...ignoredLabel(drill, context, view),
  ];
  return {
    fault,
    passed: problems.length === 0,
    evaluation: view.id,
    ...defined({ verdict: view.verdict }),
    brokenSpans: trace?.errorSpans ?? [],
    alerts: alerts.map((alert) => `${alert.status}: ${alert.stage} ${alert.cause}: ${alert.description}`),
    ...defined({ cause: ranked }),
    trace: view.links.trace,
    problems,
    unseen: unseen(context),
  };
}

/** A server that is not asked for faults takes the label for a label like any other. */
function ignoredLabel({ expected }: Drill, { own }: DrillContext, { findings }: EvaluationView): string[] {
  if (own !== undefined || expected.broken === undefined || findings.length > 0) return [];
  return ['nothing broke there: such a fault takes a server that was started with lacuna up --allow-faults'];
}

function unseen({ jaegerUrl, own }: DrillContext): string[] {
  return [
    ...(jaegerUrl === undefined ? ['spans: there is no Jaeger to read them back from'] : []),
    ...(own === undefined
      ? ['the alert itself: it goes to whoever this platform alerts; its finding was checked']
      : []),
  ];
}

/** Only a drill that fails waits so long. Milliseconds. */
const SPANS_WITHIN_MS = 60_000;

/** The trace, when the span that is owed is in it; the last one seen otherwise. */
async function wholeTrace(
  jaegerUrl: string,
  { traceId }: EvaluationView,
  owed: string | undefined,
): Promise<TraceInJaeger> {
  const deadline = performance.now() + SPANS_WITHIN_MS;
  for (;;) {
    const trace = await traceInJaeger(jaegerUrl, traceId, deadline - performance.now());
    if (owed === undefined || trace.roots === 0 || trace.errorSpans.includes(owed)) return trace;
    if (performance.now() >= deadline) return trace;
    await delay(100);
  }
}

/** Alerts as they arrived; on somebody else's platform, the findings that raise them. */
async function alertsOf(context: DrillContext, view: EvaluationView, owed: number): Promise<ReceivedAlert[]> {
  const { own } = context;
  if (own === undefined) return view.findings.map((finding) => alertOf(view.id, finding));
  const mine = (): ReceivedAlert[] => own.alerts.filter(({ evaluation }) => evaluation === view.id);
  if (owed > 0) await waitFor(context, 'the alert', async () => (mine().length >= owed ? true : undefined));
  return mine();
}

function alertOf(
  evaluation: EvaluationId,
  { stage, cause, reason }: EvaluationView['findings'][number],
): ReceivedAlert {
  return { status: 'firing', evaluation, stage, cause, description: reason };
}
