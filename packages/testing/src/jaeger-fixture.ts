import { startJaeger } from '@lacuna/servers';
import { parseJaegerTrace } from './jaeger-trace.ts';
import type { JaegerSpan } from './jaeger-trace.ts';
import { serverBinary } from './server-binary.ts';
import { tempDir } from './temp-dir.ts';

/** A real Jaeger with its data on disk. Disposing it kills the server and removes the data. */
export interface JaegerFixture extends AsyncDisposable {
  /** Base of OTLP over HTTP. Stays the same over restarts, as all ports do. */
  readonly otlpUrl: string;
  /** Base of the query API. */
  readonly queryUrl: string;
  /** Spans of a trace (32 hex digits) as Jaeger shows them now, or undefined while it knows no such trace. */
  trace(traceId: string): Promise<JaegerSpan[] | undefined>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Starts it again on the same ports and data, after stopping it if it runs. */
  restart(): Promise<void>;
}

export async function startTestJaeger(): Promise<JaegerFixture> {
  const path = await serverBinary('jaeger');
  await using starting = new AsyncDisposableStack();
  const { path: dataDir } = starting.use(await tempDir());
  let server = await startJaeger({ path, dataDir });
  starting.defer(() => server.kill());
  const running = starting.move();
  const { otlpUrl, queryUrl, ports } = server;
  return {
    otlpUrl,
    queryUrl,
    trace: (traceId) => jaegerTrace(queryUrl, traceId),
    stop: () => server.stop(),
    async restart() {
      await server.stop();
      server = await startJaeger({ path, dataDir, ports });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Spans of a trace as the Jaeger with this query API shows them now, or undefined while it knows no such trace. */
export async function jaegerTrace(queryUrl: string, traceId: string): Promise<JaegerSpan[] | undefined> {
  const response = await fetch(`${queryUrl}/api/traces/${traceId}`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}: ${await response.text()}`);
  return parseJaegerTrace(await response.json());
}
