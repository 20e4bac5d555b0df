/**
 * Traces leave the process here, in two ways that must not be confused. Detail spans (`startTelemetry`) come from the OpenTelemetry SDK
 * and may be lost without harm; they must never slow or stop a service. Contract spans (`openContractExporter`) are computed from facts
 * and exported at least once, byte-identical each time, and read back from Jaeger. The only importer of the SDK, its exporters and the
 * OTLP transformer. It refuses to know what a span means: names and attributes come from the callers.
 */
export type { Tracer } from '@opentelemetry/api';
export { activeSpanIds } from './active-span-ids.ts';
export { openContractExporter, type ContractExporter } from './contract-exporter.ts';
export { startTelemetry, type Telemetry } from './start-telemetry.ts';
