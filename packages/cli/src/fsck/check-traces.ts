import { setTimeout as delay } from 'node:timers/promises';
import { defined, Failure, type ContractSpan, type EvaluationId } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { openContractExporter } from '@lacuna/telemetry';
import { isWording, spansOf } from '@lacuna/trace';
import type { Difference } from './difference.ts';

/** Storing is asynchronous: a trace counts as missing when it is not there at the last of these looks either. Milliseconds. */
const LOOKS_AFTER_MS = [0, 1_000, 4_000] as const;
/** Traces of which each missing span is named. */
const NAMED = 20;

/** Settled evaluations of which Jaeger does not have every contract span as the facts have it. Throws when Jaeger can't be asked. */
export async function checkTraces(
  jaegerUrl: string,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const settled = [...evaluations.values()].filter((evaluation) => evaluation.settled !== undefined);
  const owed = new Map(settled.flatMap((evaluation) => tracesOf(evaluation)));
  const missing = await missingTraces(jaegerUrl, owed, signal);
  const differences: Difference[] = [];
  for (const [index, { evaluation, spans }] of missing.entries()) {
    const lost = index < NAMED ? await missingSpans(jaegerUrl, spans, signal) : [];
    const names = lost.length === 0 || lost.length === spans.length ? '' : `: ${lost.join(', ')}`;
    const what =
      lost.length === spans.length ? 'its trace is not in Jaeger' : `spans of its trace are not in Jaeger${names}`;
    differences.push({ store: 'traces', evaluation, what });
  }
  return [...differences, ...(await changedSpans(jaegerUrl, owed, signal))];
}

/** What Jaeger has under the id of a span, and is not that span. Words that another version of Lacuna has put otherwise are no difference. */
async function changedSpans(
  jaegerUrl: string,
  owed: ReadonlyMap<string, OwedTrace>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const spans = [...owed.values()].flatMap((trace) => trace.spans);
  const changed = await openContractExporter({ otlpUrl: jaegerUrl, jaegerUrl }).compare(spans, signal);
  return changed.flatMap(({ span, what }) => {
    const told = what.filter((one) => !isWording(span, one));
    if (told.length === 0) return [];
    const evaluation = owed.get(span.traceId)?.evaluation;
    const difference = `the span ${span.name} does not agree with the facts: ${told.join(', ')}`;
    return [{ store: 'traces', ...defined({ evaluation }), what: difference }];
  });
}

interface OwedTrace {
  readonly evaluation: EvaluationId;
  readonly spans: readonly ContractSpan[];
}

function tracesOf(evaluation: Evaluation): (readonly [traceId: string, OwedTrace])[] {
  const spans = spansOf(evaluation);
  return spans[0] === undefined ? [] : [[spans[0].traceId, { evaluation: evaluation.id, spans }]];
}

async function missingTraces(
  jaegerUrl: string,
  owed: ReadonlyMap<string, OwedTrace>,
  signal: AbortSignal,
): Promise<OwedTrace[]> {
  let left = [...owed];
  for (const waitMs of LOOKS_AFTER_MS) {
    if (left.length === 0) return [];
    await delay(waitMs, undefined, { signal });
    const ids = left.map(([traceId, { spans }]) => [traceId, new Set(spans.map(({ spanId }) => spanId))] as const);
    const missing = await verify(jaegerUrl, new Map(ids), signal);
    left = left.filter(([traceId]) => missing.has(traceId));
  }
  return left.map(([, trace]) => trace);
}

async function missingSpans(jaegerUrl: string, spans: readonly ContractSpan[], signal: AbortSignal): Promise<string[]> {
  const lost: string[] = [];
  for (const { traceId, spanId, name } of spans)
    if ((await verify(jaegerUrl, new Map([[traceId, new Set([spanId])]]), signal)).size > 0) lost.push(name);
  return lost;
}

async function verify(
  jaegerUrl: string,
  owed: ReadonlyMap<string, ReadonlySet<string>>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  let problem: string | undefined;
  // Nothing is sent: the address of a receiver is not needed to read back.
  const reader = openContractExporter({ otlpUrl: jaegerUrl, jaegerUrl, onUnverified: (why) => (problem = why) });
  const missing = await reader.verify(owed, signal);
  if (problem !== undefined) throw unasked(jaegerUrl, problem);
  return missing;
}

/** What is said of the request has the ids of all traces in it: the end is why. */
function unasked(jaegerUrl: string, problem: string): Failure {
  const why = problem.replace(/^.*\?traceID=\S*:\s*/s, '');
  return new Failure('overloaded', `Jaeger at ${jaegerUrl} does not return its traces: ${why}`);
}
