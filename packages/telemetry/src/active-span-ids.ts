import { trace } from '@opentelemetry/api';

/** The fields by which a log line is found from a span, as the OpenTelemetry log format names them. */
interface ActiveSpanIds {
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** The ids of the span that is active right now; empty outside of any span and when telemetry is off. */
export function activeSpanIds(): ActiveSpanIds {
  const context = trace.getActiveSpan()?.spanContext();
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}
