/** A value of an attribute; strings, numbers and booleans as OpenTelemetry has them, and lists of strings. */
export type ContractAttribute = string | number | boolean | readonly string[];

/**
 * One span of the contract trace, final and complete: computed from facts, so the same evaluation gives the same span whoever
 * computes it and however often. Times are Unix milliseconds; the fraction carries microseconds.
 */
export interface ContractSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** The `service.name` that people see, such as `lacuna` (the root) or `lacuna-dispatch`. */
  readonly service: string;
  readonly name: string;
  readonly kind: 'server' | 'internal';
  readonly startMs: number;
  readonly endMs: number;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string };
  readonly attributes: Readonly<Record<string, ContractAttribute>>;
  readonly events: readonly ContractSpanEvent[];
  readonly links: readonly ContractSpanLink[];
}

/** Something that happened at one instant of a span. */
interface ContractSpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Readonly<Record<string, ContractAttribute>>;
}

/** Another span that this one refers to, in this trace or in the caller's. */
interface ContractSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, ContractAttribute>>;
}
