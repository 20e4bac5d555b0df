import type { ContractSpan } from '@lacuna/contracts';
import type { ChangedSpan } from './changed-span.ts';
import type { ExportOutcome } from './export-outcome.ts';

interface ContractExporterOptions {
  /** Base address of an OTLP/HTTP receiver: Jaeger itself or a collector. */
  readonly otlpUrl: string;
  /** Base address of Jaeger's query API; without it, what was accepted counts as there. */
  readonly jaegerUrl?: string;
  /** Sent to the OTLP receiver only, such as its authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one request may take, in milliseconds; 10 s by default, as the OTLP exporter specification has it. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  /** Told why, whenever traces could not be read back. */
  readonly onUnverified?: (message: string) => void;
}

/** At-least-once export of contract spans. It keeps nothing in memory: what is owed is known from the facts. */
export interface ContractExporter {
  /** Sends spans in requests of at most 512 spans and 4 MiB, one after the other. Never throws for what the network or the receiver does. */
  export(spans: readonly ContractSpan[], signal: AbortSignal): Promise<ExportOutcome>;
  /**
   * Reads traces back and returns those not proven to have all the given span ids; when Jaeger can't be asked, that is every trace left.
   * A receiver answers before it stores, so ask some seconds after the export, and export again what is missing. Never throws for what
   * the network or Jaeger does.
   */
  verify(traces: ReadonlyMap<string, ReadonlySet<string>>, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Of these spans, those that Jaeger has with other contents; what it does not have is left out. Throws when Jaeger can't be asked. */
  compare(spans: readonly ContractSpan[], signal: AbortSignal): Promise<ChangedSpan[]>;
}

/** Opens the way to the trace store; connects with the first export, and loads the encoder (40 ms) then. */
export function openContractExporter(options: ContractExporterOptions): ContractExporter {
  const { jaegerUrl, timeoutMs = 10_000, fetch = globalThis.fetch } = options;
  return {
    async export(spans, signal) {
      const { sendSpans } = await import('./send-spans.ts');
      return sendSpans({ url: options.otlpUrl, headers: options.headers ?? {}, timeoutMs, fetch }, spans, signal);
    },
    async verify(traces, signal) {
      if (jaegerUrl === undefined) return new Set();
      const { readBack } = await import('./read-back.ts');
      const { missing, unavailable } = await readBack(
        { url: jaegerUrl, headers: {}, timeoutMs, fetch },
        traces,
        signal,
      );
      if (unavailable !== undefined) options.onUnverified?.(unavailable.message);
      return missing;
    },
    async compare(spans, signal) {
      if (jaegerUrl === undefined) return [];
      const { compareStored } = await import('./compare-stored.ts');
      return compareStored({ url: jaegerUrl, headers: {}, timeoutMs, fetch }, spans, signal);
    },
  };
}
