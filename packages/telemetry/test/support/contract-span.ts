import { createHash } from 'node:crypto';
import type { ContractSpan } from '@lacuna/contracts';

/** A contract span whose ids are a function of `name` and `trace`, as in production. */
export function contractSpan(trace: string, name: string, overrides: Partial<ContractSpan> = {}): ContractSpan {
  return {
    traceId: hex(trace, 32),
    spanId: hex(`${trace}/${name}`, 16),
    service: 'lacuna-dispatch',
    name,
    kind: 'internal',
    startMs: 1_764_000_000_000.125,
    endMs: 1_764_000_001_500.25,
    status: { code: 'ok' },
    attributes: { 'lacuna.stage': 'queue', 'lacuna.attempt': 1 },
    events: [],
    links: [],
    ...overrides,
  };
}

/** The span ids by trace, as `verify` wants them. */
export function spanIdsByTrace(spans: readonly ContractSpan[]): Map<string, Set<string>> {
  const traces = new Map<string, Set<string>>();
  for (const { traceId, spanId } of spans) traces.set(traceId, (traces.get(traceId) ?? new Set()).add(spanId));
  return traces;
}

function hex(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
