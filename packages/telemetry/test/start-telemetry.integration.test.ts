import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { eventually } from '@lacuna/testing';
import { describe, expect, it } from 'vitest';
import { activeSpanIds, startTelemetry } from '../src/index.ts';
import { startHttpPeer } from './support/http-peer.ts';
import { sentSpans } from './support/sent-spans.ts';

describe('detail spans', () => {
  it('carry the service of the process and, as their scope, the service that made them', async () => {
    await using collector = await startHttpPeer(() => ({ status: 200, body: '{}' }));
    await using telemetry = await startTelemetry({ service: 'lacuna', otlpUrl: collector.url, enabled: true });

    telemetry.tracer('lacuna-submit').startSpan('validate').end();
    telemetry.tracer('lacuna-dispatch').startSpan('admit').end();
    await telemetry.flush();

    // A flush waits for the collector no longer than a second.
    await eventually('both are sent', () => sentSpans(collector).length === 2);
    expect(sentSpans(collector)).toMatchObject([
      { service: 'lacuna', scope: 'lacuna-submit', name: 'validate' },
      { service: 'lacuna', scope: 'lacuna-dispatch', name: 'admit' },
    ]);
  });

  it('give a log line its ids while they are active', async () => {
    await using collector = await startHttpPeer(() => ({ status: 200, body: '{}' }));
    await using telemetry = await startTelemetry({ service: 'lacuna', otlpUrl: collector.url, enabled: true });

    expect(activeSpanIds()).toEqual({});
    telemetry.tracer('x').startActiveSpan('work', (span) => {
      expect(activeSpanIds()).toEqual({ trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId });
      span.end();
    });
  });

  it('follow an outgoing request under the span that made it', async () => {
    await using collector = await startHttpPeer(() => ({ status: 200, body: '{}' }));
    await using api = await startHttpPeer(() => ({ status: 200 }));
    await using telemetry = await startTelemetry({ service: 'lacuna-dispatch', otlpUrl: collector.url, enabled: true });

    const traceId = await telemetry.tracer('lacuna-dispatch').startActiveSpan('create', async (span) => {
      await fetch(`${api.url}/jobs`).then((response) => response.text());
      span.end();
      return span.spanContext().traceId;
    });
    await telemetry.flush();

    await eventually('the request is sent', () =>
      sentSpans(collector).some((span) => span.traceId === traceId && span.name === 'GET'),
    );
    expect(api.requests[0]?.headers.traceparent).toContain(traceId);
  });

  it('are none for an outgoing request that belongs to none', async () => {
    await using collector = await startHttpPeer(() => ({ status: 200, body: '{}' }));
    await using api = await startHttpPeer(() => ({ status: 200 }));
    await using telemetry = await startTelemetry({ service: 'lacuna-dispatch', otlpUrl: collector.url, enabled: true });

    await fetch(`${api.url}/alone`).then((response) => response.text());
    await telemetry.tracer('lacuna-dispatch').startActiveSpan('create', async (span) => {
      await fetch(`${api.url}/jobs`).then((response) => response.text());
      span.end();
    });
    await telemetry.flush();

    const paths = () => sentSpans(collector).flatMap(({ scope, path }) => (scope.endsWith('undici') ? [path] : []));
    await eventually('a request is sent', () => paths().length > 0);
    expect(paths()).toEqual(['/jobs']);
  });

  it('cost nothing when the collector is dead: the queue is bounded and the stop does not wait for it', async () => {
    await using collector = await startHttpPeer(() => undefined);
    await using telemetry = await startTelemetry({ service: 'lacuna', otlpUrl: collector.url, enabled: true });
    const tracer = telemetry.tracer('load');
    for (let i = 0; i < 20_000; i++) tracer.startSpan('work').end();

    const before = performance.now();
    await telemetry.shutdown();

    expect(performance.now() - before).toBeLessThan(5_000);
    const sent = collector.requests.reduce((sum, { body }) => sum + body.toString().split('"spanId"').length - 1, 0);
    expect(sent).toBeLessThanOrEqual(2_048 + 512);
  });

  it('can be stopped by several callers, who share one stop', async () => {
    await using telemetry = await startTelemetry({ service: 'lacuna', otlpUrl: 'http://127.0.0.1:1', enabled: true });
    expect(telemetry.shutdown()).toBe(telemetry.shutdown());
  });

  it('are started once in a process', async () => {
    const options = { service: 'lacuna', otlpUrl: 'http://127.0.0.1:1', enabled: true };
    const first = await startTelemetry(options);
    await expect(startTelemetry(options)).rejects.toThrow('already started');
    await first.shutdown();
  });
});

describe('telemetry that is off', () => {
  it('records nothing', async () => {
    await using telemetry = await startTelemetry({ service: 'lacuna', otlpUrl: 'http://127.0.0.1:1', enabled: false });
    expect(telemetry.tracer('x').startSpan('work').isRecording()).toBe(false);
    await telemetry.flush();
  });

  it('does not load the SDK', async () => {
    const loaded = await modulesLoadedBy(`
      const { startTelemetry, openContractExporter } = await import('@lacuna/telemetry');
      const telemetry = await startTelemetry({ service: 'x', enabled: false });
      openContractExporter({ otlpUrl: 'http://127.0.0.1:1' });
      await telemetry.shutdown();`);
    expect(loaded).toContain('@opentelemetry/api');
    expect(loaded.filter((name) => name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api')).toEqual([]);
  });
});

/** Every package that a script resolves, in a process of its own: this one has loaded the SDK already. */
async function modulesLoadedBy(script: string): Promise<string[]> {
  const source = `
    import { registerHooks } from 'node:module';
    const names = new Set();
    registerHooks({ resolve(name, context, next) { names.add(name); return next(name, context); } });
    ${script}
    console.log(JSON.stringify([...names]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout) as string[];
}
