import type { ContractSpan } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import type { RecordedFact } from '@lacuna/messaging';
import type { ContractExporter } from '@lacuna/telemetry';
import { spansOf } from '@lacuna/trace';

export interface ExportDeps {
  readonly sink: Pick<ContractExporter, 'export' | 'verify'>;
  readonly evaluationWith: (recorded: RecordedFact) => Promise<Evaluation>;
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
  const evaluations = await Promise.all(facts.map((recorded) => deps.evaluationWith(recorded)));
  const spans = new Map(evaluations.map((evaluation) => [evaluation.id, spansOf(evaluation)]));
  const outcome = await deps.sink.export([...spans.values()].flat(), signal);
  if (outcome.kind === 'unavailable') return new Set();
  // Sending the same bytes again would be refused again: say so, and do not hold up the rest for ever.
  if (outcome.kind === 'rejected') deps.onRejected(outcome.message ?? 'the trace store refused the spans');
  const missing =
    outcome.kind === 'rejected' ? new Set<string>() : await missingTraces([...spans.values()], deps, signal);
  return new Set(facts.filter((recorded) => !missing.has(spans.get(recorded.fact.evaluation)?.[0]?.traceId ?? '')));
}

async function missingTraces(
  traces: readonly (readonly ContractSpan[])[],
  { sink, readBackAfterMs }: ExportDeps,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  let owed = new Map(
    traces.flatMap((spans) =>
      spans[0] === undefined ? [] : [[spans[0].traceId, new Set(spans.map((span) => span.spanId))] as const],
    ),
  );
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
