/**
 * Traces leave the process here, in two ways that must not be confused. Detail spans (`startTelemetry`) come from the OpenTelemetry SDK
 * and may be lost without harm; they must never slow or stop a service. Contract spans (`openContractExporter`) are computed from facts
 * and exported at least once, byte-identical each time, and read back from Jaeger. The only importer of the SDK, its exporters and the
 * OTLP transformer. It refuses to know what a span means: names and attributes come from the callers.
 */
export type { Span, Tracer } from '@opentelemetry/api';
export { activeSpanIds, type ActiveSpanIds } from './active-span-ids.ts';
export type { ChangedSpan } from './changed-span.ts';
export { openContractExporter, type ContractExporter, type ContractExporterOptions } from './contract-exporter.ts';
export type { ExportOutcome } from './export-outcome.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts';
