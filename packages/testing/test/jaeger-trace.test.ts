import { expect, test } from 'vitest';
import { parseJaegerTrace } from '../src/jaeger-trace.ts';

const raw = (more: object) => ({
  traceID: 'a',
  spanID: '2',
  operationName: 'pod.create missing',
  references: [],
  startTime: 2000,
  duration: 30,
  tags: [{ key: 'error', type: 'bool', value: true }],
  logs: [],
  processID: 'p1',
  warnings: null,
  ...more,
});

const answer = (...spans: object[]) => ({
  data: [{ spans, processes: { p1: { serviceName: 'lacuna', tags: [{ key: 'host.name', value: 'h' }] } } }],
});

test('a span comes with its service, resource, attributes and times', () => {
  expect(parseJaegerTrace(answer(raw({})))).toEqual([
    {
      traceId: 'a',
      spanId: '2',
      parentSpanId: undefined,
      name: 'pod.create missing',
      service: 'lacuna',
      startMicros: 2000,
      durationMicros: 30,
      attributes: { error: true },
      resource: { 'host.name': 'h' },
      events: [],
      links: [],
      warnings: [],
    },
  ]);
});

test('the parent is told apart from links', () => {
  const parent = { refType: 'CHILD_OF', traceID: 'a', spanID: '1' };
  const link = { refType: 'FOLLOWS_FROM', traceID: 'b', spanID: '9' };
  const [span] = parseJaegerTrace(answer(raw({ references: [link, parent] }))) ?? [];
  expect(span).toMatchObject({ parentSpanId: '1', links: [{ traceId: 'b', spanId: '9' }] });
});

test('spans are ordered by their start', () => {
  const spans = parseJaegerTrace(answer(raw({ spanID: 'late', startTime: 9 }), raw({ spanID: 'early', startTime: 1 })));
  expect(spans?.map(({ spanId }) => spanId)).toEqual(['early', 'late']);
});

test('an answer without a trace is undefined', () => {
  expect(parseJaegerTrace({ data: [] })).toBeUndefined();
  expect(parseJaegerTrace({ data: null })).toBeUndefined();
});
