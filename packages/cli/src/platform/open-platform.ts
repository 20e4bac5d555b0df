import { join, resolve } from 'node:path';
import { dispatch } from '@lacuna/dispatch';
import { k8sWatch } from '@lacuna/k8s-watch';
import { logCollect } from '@lacuna/log-collect';
import type { OnProgress } from '@lacuna/servers';
import { composeServices, logFile, type Lifecycle } from '@lacuna/service-kit';
import { submit } from '@lacuna/submit';
import { traceAudit } from '@lacuna/trace-audit';
import { openJaeger, openNats, type TraceStore } from './local-servers.ts';

/** What a person chooses; everything else are settings of the services (`LACUNA_…`). */
export interface PlatformOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly natsUrl?: string;
  readonly otlpUrl?: string;
  readonly jaegerUrl?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
}

/** Where it is. */
export interface Platform {
  readonly http: string;
  readonly nats: string;
  readonly traces: TraceStore;
  readonly logFile: string;
}

/** All services in one process, on a local nats-server and Jaeger unless others are named. It is part of the given life and stops with it. */
export async function openPlatform(life: Lifecycle, options: PlatformOptions): Promise<Platform> {
  const dataDir = resolve(options.dataDir);
  const { port, onProgress } = options;
  const env = { ...options.env, ...named({ LACUNA_NATS_URL: options.natsUrl, LACUNA_OTLP_URL: options.otlpUrl }) };
  const servers = { life, dataDir, env, onProgress };
  const nats = await openNats(servers);
  const traces =
    options.otlpUrl === undefined
      ? await openJaeger(servers)
      : { otlpUrl: options.otlpUrl, jaegerUrl: options.jaegerUrl ?? '' };
  const http = `http://127.0.0.1:${port}`;
  const log = join(dataDir, 'lacuna.log');
  await composeServices([k8sWatch, logCollect, dispatch, traceAudit, submit], {
    life,
    destination: logFile(log),
    env: {
      LACUNA_CLUSTER_DIR: join(dataDir, 'cluster'),
      LACUNA_PUBLIC_URL: http,
      ...settingsIn(env),
      LACUNA_DATA_DIR: dataDir,
      LACUNA_PORT: String(port),
      LACUNA_NATS_URL: nats,
      ...('unavailable' in traces
        ? {}
        : named({ LACUNA_OTLP_URL: traces.otlpUrl, LACUNA_JAEGER_URL: traces.jaegerUrl || undefined })),
    },
  });
  return { http, nats, traces, logFile: log };
}

/** Variables that are about the servers and the command line, not about the services; these would warn of them. */
const NOT_SETTINGS = new Set([
  'LACUNA_CACHE',
  'LACUNA_NATS_SERVER',
  'LACUNA_JAEGER_SERVER',
  'LACUNA_URL',
  'LACUNA_TOKEN',
]);

function settingsIn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_SETTINGS.has(name)));
}

function named(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
