import { setTimeout as delay } from 'node:timers/promises';
import { defined, type EvaluationId, type EvaluationView } from '@lacuna/contracts';
import type { ReceivedAlert } from '../demo/alert-receiver.ts';
import type { Act } from '../demo/cast.ts';
import { unmet } from '../demo/expectations.ts';
import { traceInJaeger, type TraceInJaeger } from '../demo/trace-in-jaeger.ts';
import type { Drill, DrillOutcome, Made } from './drill.ts';
import { submitted, waitFor, type Scene } from './scene.ts';

/** Makes one fault, waits for what it must cause, and says whether that came. Never throws: what goes wrong is a failed drill. */
export async function runDrill(drill: Drill, scene: Scene): Promise<DrillOutcome> {
  try {
    const act = actOf(drill, scene);
    const made = drill.make === undefined ? { id: await submitted(scene, act.spec) } : await drill.make(scene, act);
    const view = await scene.client.waitUntilSettled(made.id, { signal: scene.signal });
    return await judge({ ...drill, act }, scene, made, view);
  } catch (error) {
    const problems = [(error as Error).message];
    return { fault: drill.fault, passed: false, brokenSpans: [], alerts: [], problems, unseen: [] };
  }
}

function actOf({ fault, act }: Drill, { kubernetes }: Scene): Act {
  return {
    ...act,
    key: fault,
    spec: { ...act.spec, ...defined({ image: kubernetes?.image }), name: `drill-${fault}` },
  };
}

async function judge(
  drill: Drill & { readonly act: Act },
  scene: Scene,
  made: Made,
  view: EvaluationView,
): Promise<DrillOutcome> {
  const { act, cause, fault } = drill;
  const trace = scene.jaegerUrl === undefined ? undefined : await wholeTrace(scene.jaegerUrl, view, act.broken);
  const alerts = await alertsOf(scene, view, act.broken === undefined ? 0 : 1);
  const ranked = made.causeThen ?? (await scene.client.diagnosis(view.id)).causes[0]?.cause;
  const wrongCause =
    ranked === cause ? [] : [`the diagnosis ranks ${ranked ?? 'nothing'} first, not ${cause ?? 'nothing'}`];
  const problems = [
    ...(made.problems ?? []),
    ...unmet({ act, view, alerts, trace }),
    ...wrongCause,
    ...unmade(drill, scene, view),
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
    unseen: unseen(scene),
  };
}

/** A server that is not asked for faults takes the label for a label like any other. */
function unmade({ act }: Drill, { own }: Scene, { findings }: EvaluationView): string[] {
  if (own !== undefined || act.broken === undefined || findings.length > 0) return [];
  return ['nothing broke there: such a fault takes a server that was started with lacuna up --allow-faults'];
}

function unseen({ jaegerUrl, own }: Scene): string[] {
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
async function alertsOf(scene: Scene, view: EvaluationView, owed: number): Promise<ReceivedAlert[]> {
  const { own } = scene;
  if (own === undefined) return view.findings.map((finding) => alertOf(view.id, finding));
  const mine = (): ReceivedAlert[] => own.alerts.filter(({ evaluation }) => evaluation === view.id);
  if (owed > 0) await waitFor(scene, 'the alert', async () => (mine().length >= owed ? true : undefined));
  return mine();
}

function alertOf(
  evaluation: EvaluationId,
  { stage, cause, reason }: EvaluationView['findings'][number],
): ReceivedAlert {
  return { status: 'firing', evaluation, stage, cause, description: reason };
}
