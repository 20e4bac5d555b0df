import { join, resolve } from 'node:path';
import { defined } from '@lacuna/contracts';
import { dispatch } from '@lacuna/dispatch';
import { k8sWatch } from '@lacuna/k8s-watch';
import { logCollect } from '@lacuna/log-collect';
import type { OnProgress } from '@lacuna/servers';
import { composeServices, logFile, unknownSettings, type Lifecycle, type ServiceDefinition } from '@lacuna/service-kit';
import { submit } from '@lacuna/submit';
import { traceAudit } from '@lacuna/trace-audit';
import { openJaeger, openNats, type OwnServer, type TraceStore } from './local-servers.ts';

/** In the order in which they start. */
export const ALL_SERVICES: readonly ServiceDefinition[] = [k8sWatch, logCollect, dispatch, traceAudit, submit];

/** What a person chooses; everything else are settings of the services (`LACUNA_…`). */
export interface PlatformOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly natsUrl?: string;
  readonly otlpUrl?: string;
  readonly jaegerUrl?: string;
  /** The services of this process; all of them by default. Who leaves some out runs them with `settings`. */
  readonly services?: readonly ServiceDefinition[];
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
}

/** Where it is. */
export interface Platform {
  readonly http: string;
  readonly nats: string;
  /** The NATS server, when it is a local one. */
  readonly ownNats: OwnServer;
  readonly traces: TraceStore;
  /** The environment of the services. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

/** All services in one process, on a local nats-server and Jaeger unless others are named. It is part of the given life and stops with it. */
export async function openPlatform(life: Lifecycle, options: PlatformOptions): Promise<Platform> {
  const dataDir = resolve(options.dataDir);
  const { port, onProgress } = options;
  // The services log them too, to a file that nobody reads before something is wrong.
  for (const message of unknownSettings(options.env)) onProgress({ message, passing: false });
  const env = { ...options.env, ...defined({ LACUNA_NATS_URL: options.natsUrl, LACUNA_OTLP_URL: options.otlpUrl }) };
  const servers = { life, dataDir, env, onProgress };
  const { url: nats, monitorUrl, own: ownNats } = await openNats(servers);
  const traces =
    options.otlpUrl === undefined
      ? await openJaeger(servers)
      : { otlpUrl: options.otlpUrl, jaegerUrl: options.jaegerUrl ?? '' };
  const http = `http://127.0.0.1:${port}`;
  const log = join(dataDir, 'lacuna.log');
  const settings = {
    LACUNA_CLUSTER_DIR: join(dataDir, 'cluster'),
    LACUNA_PUBLIC_URL: http,
    ...('traceUrl' in traces ? defined({ LACUNA_TRACE_URL: traces.traceUrl }) : {}),
    ...env,
    LACUNA_DATA_DIR: dataDir,
    LACUNA_PORT: String(port),
    LACUNA_NATS_URL: nats,
    ...defined({ LACUNA_NATS_MONITOR_URL: monitorUrl }),
    ...('unavailable' in traces
      ? {}
      : defined({ LACUNA_OTLP_URL: traces.otlpUrl, LACUNA_JAEGER_URL: traces.jaegerUrl || undefined })),
  };
  await composeServices(options.services ?? ALL_SERVICES, { life, destination: logFile(log), env: settings });
  return { http, nats, ownNats, traces, settings, logFile: log };
}
