import type { HttpPeer } from './http-peer.ts';

/** A span as it left the SDK, in OTLP/JSON. */
interface SentSpan {
  readonly service: string | undefined;
  readonly scope: string;
  readonly name: string;
  readonly traceId: string;
  readonly path: string | undefined;
}

/** Every span that a collector was sent. */
export function sentSpans(collector: HttpPeer): SentSpan[] {
  return collector.requests.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body.toString()) as OtlpRequest;
    return resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) =>
        spans.map((span) => ({
          service: text(resource.attributes, 'service.name'),
          scope: scope.name,
          name: span.name,
          traceId: span.traceId,
          path: text(span.attributes, 'url.path'),
        })),
      ),
    );
  });
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly attributes: readonly OtlpAttribute[];
      }[];
    }[];
  }[];
}

function text(attributes: readonly OtlpAttribute[], key: string): string | undefined {
  return attributes.find((attribute) => attribute.key === key)?.value.stringValue;
}
