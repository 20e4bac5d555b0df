import { context, propagation, ROOT_CONTEXT, trace, type Context, type ContextManager } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { spanIdOf, traceIdOf } from '@lacuna/contracts';
import { factHeaders } from '../src/fact-headers.ts';
import { idOf, podFact } from './pod-facts.ts';

const ACTIVE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

afterEach(() => {
  context.disable();
  propagation.disable();
});

it("carries the evaluation's contract trace when no span is active", () => {
  const headers = factHeaders(podFact('a'), 'subject');
  expect(headers['traceparent']).toBe(`00-${traceIdOf(idOf(1))}-${spanIdOf(idOf(1), 1, 'root')}-01`);
});

it('carries the active span instead when there is one', () => {
  activate(trace.setSpanContext(ROOT_CONTEXT, ACTIVE));
  propagation.setGlobalPropagator({
    fields: () => ['traceparent'],
    extract: (from) => from,
    inject(from, carrier, setter) {
      const span = trace.getSpanContext(from);
      setter.set(carrier, 'traceparent', `00-${span?.traceId}-${span?.spanId}-01`);
    },
  });
  expect(factHeaders(podFact('a'), 'subject')['traceparent']).toBe(`00-${ACTIVE.traceId}-${ACTIVE.spanId}-01`);
});

it('is a CloudEvent: the subject is its id, the time is when it happened', () => {
  expect(factHeaders(podFact('a'), 'subject')).toMatchObject({
    'ce-specversion': '1.0',
    'ce-id': 'subject',
    'ce-type': 'dev.lacuna.pod-created.v1',
    'ce-source': '/lacuna/k8s-watch',
    'ce-time': '2027-01-15T08:00:00.000Z',
    'content-type': 'application/json',
  });
});

function activate(active: Context): void {
  const manager: ContextManager = {
    active: () => active,
    with: (_, fn, self, ...args) => fn.apply(self, args),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
}
