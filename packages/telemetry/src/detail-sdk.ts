import { createRequire } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { envDetector, resourceFromAttributes, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { DetailSampler } from './detail-sampler.ts';
import { HOST_KEY } from './host-key.ts';
import { tracesUrl } from './traces-url.ts';

export interface DetailSdk {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Probes and scrapes come every few seconds and say nothing about any evaluation. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** A few evaluations a second have about so many; beyond that they cost more than they tell (docs/performance.md). */
const SPANS_PER_SECOND = 50;

/**
 * The SDK, made harmless: a bounded queue, short timeouts, no metrics and no logs (Jaeger answers 404 to both), no detection of the
 * process (its command line may hold secrets), and of a busy process only a share.
 */
export function startDetailSdk(service: string, otlpUrl: string): DetailSdk {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(otlpUrl), timeoutMillis: 2_000 });
  const processor = new BatchSpanProcessor({
    exporter,
    // At most 30 batches may be on their way at once; a flush of a longer queue would lose the rest in silence.
    maxQueueSize: 2_048,
    maxExportBatchSize: 512,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: 2_000,
  });
  const instrumentations = [
    new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => PROBES.has(url?.split('?')[0] ?? '') }),
    // One that belongs to no recorded span would be a trace of its own, and is described before anybody asks whether that is kept.
    new UndiciInstrumentation({ ignoreRequestHook: () => trace.getActiveSpan()?.isRecording() !== true }),
  ];
  const sdk = new NodeSDK({
    serviceName: service,
    resource: resourceFromAttributes({ 'service.namespace': 'lacuna', ip: HOST_KEY }),
    resourceDetectors: [envDetector, serviceInstanceIdDetector],
    textMapPropagator: new W3CTraceContextPropagator(),
    sampler: new DetailSampler(SPANS_PER_SECOND),
    spanLimits: {
      attributeValueLengthLimit: 4_096,
      attributeCountLimit: 128,
      eventCountLimit: 128,
      linkCountLimit: 128,
    },
    spanProcessors: [processor],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations,
  });
  sdk.start();
  patchHttp();
  return {
    flush: () => processor.forceFlush(),
    async shutdown() {
      for (const instrumentation of instrumentations) instrumentation.disable();
      unregister();
      await sdk.shutdown();
    },
  };
}

/** The HTTP instrumentation patches when `http` is required; an ES module's import is not seen, so a server would have no spans. */
function patchHttp(): void {
  createRequire(import.meta.url)('node:http');
}

/** The API keeps the first registration it is given: without this, a later start in the same process would record nothing. */
function unregister(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}
