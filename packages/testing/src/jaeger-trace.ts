/** A span as Jaeger shows it to people, with its process and tags folded in. Times are microseconds, as Jaeger keeps them. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** The parent by reference, whether or not Jaeger has that span. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  /** Span attributes. An ERROR status shows as `error: true` and `otel.status_description`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Resource attributes other than `service.name`. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly atMicros: number; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** What Jaeger thinks is wrong with the span, such as a parent that is not in the trace. */
  readonly warnings: readonly string[];
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}

interface RawSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { refType: string; traceID: string; spanID: string }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly Tag[];
  readonly logs: readonly { timestamp: number; fields: readonly Tag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface RawTrace {
  readonly spans: readonly RawSpan[];
  readonly processes: Readonly<Record<string, { serviceName: string; tags: readonly Tag[] }>>;
}

/** Spans of the one trace in an answer of `GET /api/traces/{id}`, earliest first, or undefined when there is none. */
export function parseJaegerTrace(body: unknown): JaegerSpan[] | undefined {
  const trace = (body as { data: readonly RawTrace[] | null }).data?.[0];
  return trace?.spans.map((span) => parseSpan(span, trace)).sort((a, b) => a.startMicros - b.startMicros);
}

function parseSpan(span: RawSpan, { processes }: RawTrace): JaegerSpan {
  const process = processes[span.processID];
  // A link to a span of the same trace is a FOLLOWS_FROM reference; only CHILD_OF is the parent.
  const parent = span.references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID);
  return {
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: parent?.spanID,
    name: span.operationName,
    service: process?.serviceName ?? '',
    startMicros: span.startTime,
    durationMicros: span.duration,
    attributes: toRecord(span.tags),
    resource: toRecord(process?.tags ?? []),
    events: span.logs.map(({ timestamp, fields }) => ({ atMicros: timestamp, fields: toRecord(fields) })),
    links: span.references
      .filter((reference) => reference !== parent)
      .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
    warnings: span.warnings ?? [],
  };
}

const toRecord = (tags: readonly Tag[]): Record<string, unknown> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));
