import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { renderTemplate } from './render-template.ts';
import { claimPort, freePort } from './free-port.ts';
import { stopLeftover } from './pid-file.ts';
import type { ServerOptions } from './server-options.ts';
import { pidFileOf, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** Ports of 127.0.0.1. Each is any free one unless wished for. */
interface JaegerPorts {
  readonly otlpHttp?: number;
  readonly otlpGrpc?: number;
  readonly query?: number;
}

export interface Jaeger extends ServerProcess {
  /** Base of OTLP over HTTP, such as `http://127.0.0.1:4318`; spans go to `/v1/traces` below it. */
  readonly otlpUrl: string;
  /** Base of the query API and of the page, such as `http://127.0.0.1:16686`. */
  readonly queryUrl: string;
  readonly ports: Required<JaegerPorts>;
}

const NAME = 'jaeger';
const TEMPLATE = new URL('../../jaeger/jaeger.yaml', import.meta.url);

/**
 * Starts Jaeger with its data in `dataDir` and waits until it takes spans and answers queries. A leftover of a killed
 * process on the same folder is stopped first. Rejects when a wished port or the folder is in use.
 */
export async function startJaeger(options: ServerOptions & { readonly ports?: JaegerPorts }): Promise<Jaeger> {
  const { path, signal, onLog = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await stopLeftover(pidFileOf(NAME, dataDir), dataDir, onLog);
  const ports = {
    otlpHttp: await claimPort(options.ports?.otlpHttp, NAME),
    otlpGrpc: await claimPort(options.ports?.otlpGrpc, NAME),
    query: await claimPort(options.ports?.query, NAME),
  };
  const health = await freePort();
  const config = join(dataDir, 'jaeger.yaml');
  await writeFile(config, await renderTemplate(TEMPLATE, configValues(dataDir, ports, health)));
  const server = await startServerProcess({
    name: NAME,
    path,
    args: ['--config', config],
    dataDir,
    signal,
    onLog,
    isReady: async () =>
      // Healthy means that the receivers listen too; the query API alone is up before them.
      (await answers(`http://127.0.0.1:${health}/status`)) && answers(`http://127.0.0.1:${ports.query}/api/services`),
  });
  const [otlpUrl, queryUrl] = [`http://127.0.0.1:${ports.otlpHttp}`, `http://127.0.0.1:${ports.query}`];
  return { ...server, otlpUrl, queryUrl, ports };
}

const configValues = (dataDir: string, ports: Required<JaegerPorts>, health: number): Record<string, string> => ({
  health: `127.0.0.1:${health}`,
  query: `127.0.0.1:${ports.query}`,
  otlpHttp: `127.0.0.1:${ports.otlpHttp}`,
  otlpGrpc: `127.0.0.1:${ports.otlpGrpc}`,
  keys: join(dataDir, 'keys'),
  values: join(dataDir, 'values'),
});

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.arrayBuffer();
  return response.ok;
}
