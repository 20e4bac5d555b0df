import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Headers } from './headers.ts';

/** Runs a handler in the trace context that a message carries, so that its spans join the publisher's trace. */
export function inContextOf<T>(headers: Headers, run: () => T): T {
  // Without a propagator there is nothing to extract: spares the parsing of every message's headers.
  if (propagation.fields().length === 0) return run();
  const getter = { get: (carrier: Headers, name: string) => carrier.get(name), keys: () => propagation.fields() };
  return context.with(propagation.extract(ROOT_CONTEXT, headers, getter), run);
}
