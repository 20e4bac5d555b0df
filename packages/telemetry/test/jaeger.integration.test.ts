import { expect, it } from 'vitest';
import type { ContractSpan } from '@lacuna/contracts';
import { eventually, startTestJaeger, type JaegerFixture } from '@lacuna/testing';
import { openContractExporter, type ContractExporter } from '../src/index.ts';
import { contractSpan, spanIdsByTrace } from './support/contract-span.ts';

const never = new AbortController().signal;
const ACCEPTED = { kind: 'accepted' };

it('shows a span as it was made: service, times to the microsecond, status, attributes, events, links, no warning', async () => {
  await using store = await startStore();
  const { jaeger, exporter } = store;
  const { root, late } = lateChild('shown');
  await exporter.export([root, late], never);
  await allThere(exporter, [root, late]);

  const [shownRoot, shown] = (await jaeger.trace(root.traceId)) ?? [];
  expect(shownRoot).toMatchObject({ service: 'lacuna', name: 'RUN suite', warnings: [] });
  expect(shown).toMatchObject({
    spanId: late.spanId,
    parentSpanId: root.spanId,
    service: 'lacuna-log-collect',
    name: 'log.capture missing',
    startMicros: 1_764_000_001_000_123,
    durationMicros: 60_000_001,
    attributes: {
      error: true,
      'otel.status_description': 'tail cut \ufffd',
      'lacuna.attempt': 1,
      'lacuna.known': true,
      ratio: 0.25,
      'lacuna.not_owed': '["report.read","verdict"]',
    },
    resource: { 'service.namespace': 'lacuna', ip: 'lacuna' },
    events: [{ atMicros: 1_764_000_001_000_500, fields: { event: 'last byte', offset: 48_213 } }],
    links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
    // Without one host key on all resources, a child that outlives its parent is flagged as clock skew.
    warnings: [],
  });
});

it('has a span once, however often and in whatever company it was exported', async () => {
  await using store = await startStore();
  const { jaeger, exporter } = store;
  const [first, second] = ['queue', 'job.create'].map((name) => contractSpan('twice', name));
  await exporter.export([first!, second!], never);
  await exporter.export([second!], never);
  await exporter.export([second!, first!], never);
  await allThere(exporter, [first!, second!]);

  const marker = contractSpan('after twice', 'marker');
  await exporter.export([marker], never);
  await allThere(exporter, [marker]);
  const spans = (await jaeger.trace(first!.traceId)) ?? [];
  expect(spans.map(({ name }) => name).sort()).toEqual(['job.create', 'queue']);
  expect(spans.flatMap(({ warnings }) => warnings)).toEqual([]);
});

it('names what is stored otherwise than it should be, and nothing of what is as it was made', async () => {
  await using store = await startStore();
  const { exporter } = store;
  const { root, late } = lateChild('compared');
  await exporter.export([root, late], never);
  await allThere(exporter, [root, late]);
  expect(await exporter.compare([root, late, contractSpan('absent', 'a')], never)).toEqual([]);
  const changes: readonly (readonly [what: string, change: Partial<ContractSpan>])[] = [
    ['name', { name: 'log.capture' }],
    ['parent', { parentSpanId: 'e'.repeat(16) }],
    ['times', { startMs: late.startMs + 0.001 }],
    ['times', { endMs: late.endMs + 1 }],
    ['status', { status: { code: 'unset' } }],
    ['status message', { status: { code: 'error', message: 'something else' } }],
    ['lacuna.attempt', { attributes: { ...late.attributes, 'lacuna.attempt': 2 } }],
    ['lacuna.not_owed', { attributes: { ...late.attributes, 'lacuna.not_owed': ['verdict'] } }],
    ['lacuna.known', { attributes: withoutKnown(late) }],
  ];
  for (const [what, change] of changes)
    expect(await exporter.compare([{ ...late, ...change }], never), what).toMatchObject([{ what: [what] }]);
});

function withoutKnown({ attributes }: ContractSpan): ContractSpan['attributes'] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'lacuna.known'));
}

it('verifies what is there and finds the one span of a trace that is not', async () => {
  await using store = await startStore();
  const { exporter } = store;
  const whole = ['a', 'b', 'c'].map((name) => contractSpan('whole', name));
  const holed = ['a', 'b', 'c'].map((name) => contractSpan('holed', name));
  const absent = contractSpan('absent', 'a');
  await exporter.export([...whole, ...holed.slice(0, 2)], never);
  await allThere(exporter, [...whole, ...holed.slice(0, 2)]);

  const missing = await exporter.verify(spanIdsByTrace([...whole, ...holed, absent]), never);

  expect(missing).toEqual(new Set([holed[0]?.traceId, absent.traceId]));
});

it('keeps a long value that would make Jaeger lose the span in silence', async () => {
  await using store = await startStore();
  const { jaeger, exporter } = store;
  const long = contractSpan('long', 'report.read', {
    attributes: { text: 'é'.repeat(100_000), list: Array(500).fill('x'.repeat(300)) },
  });
  await exporter.export([long], never);
  await allThere(exporter, [long]);
  const [shown] = (await jaeger.trace(long.traceId)) ?? [];
  expect(shown?.attributes['text']).toMatch(/^é{2046}…$/);
});

it('delivers 10,000 spans', async () => {
  await using store = await startStore();
  const { exporter } = store;
  const traces = Array.from({ length: 1_000 }, (_trace, trace) =>
    Array.from({ length: 10 }, (_span, i) => contractSpan(`many-${trace}`, `span-${i}`)),
  );
  expect(await exporter.export(traces.flat(), never)).toEqual(ACCEPTED);
  await allThere(exporter, traces.flat());
});

it('is unavailable while Jaeger is down, and gets everything through once it is back', async () => {
  await using store = await startStore();
  const { jaeger, exporter } = store;
  const before = contractSpan('restart', 'before');
  const during = contractSpan('restart', 'during');
  await exporter.export([before], never);
  await allThere(exporter, [before]);

  await jaeger.stop();
  expect(await exporter.export([during], never)).toMatchObject({ kind: 'unavailable' });
  expect(await exporter.verify(spanIdsByTrace([before]), never)).toEqual(new Set([before.traceId]));

  await jaeger.restart();
  expect(await exporter.export([before, during], never)).toEqual(ACCEPTED);
  await allThere(exporter, [before, during]);
  expect((await jaeger.trace(before.traceId))?.map(({ name }) => name).sort()).toEqual(['before', 'during']);
});

async function startStore(): Promise<
  AsyncDisposable & { readonly jaeger: JaegerFixture; readonly exporter: ContractExporter }
> {
  const jaeger = await startTestJaeger();
  return {
    jaeger,
    exporter: openContractExporter({ otlpUrl: jaeger.otlpUrl, jaegerUrl: jaeger.queryUrl }),
    [Symbol.asyncDispose]: () => jaeger[Symbol.asyncDispose](),
  };
}

/** Jaeger answers before it stores: reads back until nothing is missing. */
async function allThere(exporter: ContractExporter, spans: readonly ContractSpan[]): Promise<void> {
  const expected = spanIdsByTrace(spans);
  await eventually(
    'all spans are in Jaeger',
    async () => {
      const missing = await exporter.verify(expected, never);
      if (missing.size > 0) throw new Error(`${missing.size} of ${expected.size} traces are incomplete`);
      return true;
    },
    { withinMs: 90_000 },
  );
}

/** A trace whose second span begins after its parent has ended, as a log that was cut does. */
function lateChild(trace: string): { readonly root: ContractSpan; readonly late: ContractSpan } {
  const root = contractSpan(trace, 'RUN suite', {
    service: 'lacuna',
    kind: 'server',
    startMs: 1_764_000_000_000,
    endMs: 1_764_000_001_000,
  });
  const late = contractSpan(trace, 'log.capture missing', {
    service: 'lacuna-log-collect',
    parentSpanId: root.spanId,
    startMs: 1_764_000_001_000.123,
    endMs: 1_764_000_061_000.124,
    status: { code: 'error', message: 'tail cut \ud83d' },
    attributes: {
      'lacuna.attempt': 1,
      'lacuna.known': true,
      ratio: 0.25,
      'lacuna.not_owed': ['report.read', 'verdict'],
    },
    events: [{ name: 'last byte', atMs: 1_764_000_001_000.5, attributes: { offset: 48_213 } }],
    links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), attributes: {} }],
  });
  return { root, late };
}
