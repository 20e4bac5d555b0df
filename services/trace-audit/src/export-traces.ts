import { evaluationsOfRun, type ContractSpan, type EvaluationId } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import type { RecordedFact } from '@lacuna/messaging';
import type { ContractExporter } from '@lacuna/telemetry';
import { runSpansOf, spansAddedBy } from '@lacuna/trace';

interface ExportDeps {
  readonly sink: Pick<ContractExporter, 'export' | 'verify'>;
  readonly evaluationWith: (recorded: RecordedFact) => Promise<Evaluation>;
  /** The settled evaluations among these; throws when one is settled, but what it was cannot be read yet. */
  readonly settledOnes: (ids: readonly EvaluationId[]) => Promise<Evaluation[]>;
  readonly onRejected: (message: string) => void;
  /** Waits between looks whether the spans can be read back, in milliseconds: storing is asynchronous behind the acknowledgement. */
  readonly readBackAfterMs: readonly number[];
}

/**
 * Exports the contract spans of the evaluations that the facts are about, and returns the facts whose traces are proven to be there.
 * The others are delivered again: at-least-once, and harmless, because the same span is the same bytes.
 */
export async function exportTraces(
  facts: readonly RecordedFact[],
  deps: ExportDeps,
  signal: AbortSignal,
): Promise<Set<RecordedFact>> {
  const owed = new Map(
    await Promise.all(facts.map(async (recorded) => [recorded, await spansOwedBy(recorded, deps)] as const)),
  );
  const traces = byTrace([...owed.values()].flat());
  const spans = [...traces.values()].flatMap((trace) => [...trace.values()]);
  const outcome = await deps.sink.export(spans, signal);
  if (outcome.kind === 'unavailable') return new Set();
  // Sending the same bytes again would be refused again: say so, and do not hold up the rest for ever.
  const refused = outcome.kind === 'rejected' ? outcome.spans : [];
  if (outcome.kind === 'rejected') deps.onRejected(outcome.message);
  for (const { traceId, spanId } of refused) traces.get(traceId)?.delete(spanId);
  const missing = await missingTraces(traces, deps, signal);
  return new Set(facts.filter((recorded) => owed.get(recorded)?.every(({ traceId }) => !missing.has(traceId))));
}

/** The spans that are final with this fact: of the evaluation's own trace, and of its run's. */
async function spansOwedBy(recorded: RecordedFact, deps: ExportDeps): Promise<ContractSpan[]> {
  const evaluation = await deps.evaluationWith(recorded);
  const spans = spansAddedBy(recorded.fact, evaluation);
  const run = evaluation.submitted?.data.spec.run;
  if (run === undefined || recorded.fact.type !== 'settled') return spans;
  return [...spans, ...runSpansOf(evaluation, await deps.settledOnes(evaluationsOfRun(run)))];
}

type Traces = Map<string, Map<string, ContractSpan>>;

/** By trace and span id: several facts about one evaluation, or about the suites of one run, call for the same spans. */
function byTrace(spans: readonly ContractSpan[]): Traces {
  const traces: Traces = new Map();
  for (const span of spans) {
    const trace = traces.get(span.traceId) ?? new Map<string, ContractSpan>();
    traces.set(span.traceId, trace.set(span.spanId, span));
  }
  return traces;
}

async function missingTraces(
  traces: Traces,
  { sink, readBackAfterMs }: ExportDeps,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const taken = [...traces].filter(([, spans]) => spans.size > 0);
  let owed = new Map(taken.map(([traceId, spans]) => [traceId, new Set(spans.keys())]));
  for (const waitMs of readBackAfterMs) {
    await pause(waitMs, signal);
    const missing = await sink.verify(owed, signal);
    owed = new Map([...owed].filter(([traceId]) => missing.has(traceId)));
    if (owed.size === 0) break;
  }
  return new Set(owed.keys());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
