import { join } from 'node:path';
import {
  resolveServer,
  startJaeger,
  startNatsServer,
  type Jaeger,
  type NatsServer,
  type OnProgress,
} from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import { supervised } from './supervised.ts';

export interface ServerContext {
  readonly life: Lifecycle;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
}

/** Where traces go and can be read; absent when there is no Jaeger, with the reason. */
export type TraceStore = { readonly otlpUrl: string; readonly jaegerUrl: string } | { readonly unavailable: string };

/** The address of the NATS server: the one that is named, or a local one that lives and stops with the platform. */
export async function openNats({ life, dataDir, env, onProgress }: ServerContext): Promise<string> {
  const found = await resolveServer('nats', { env, onProgress, signal: life.signal });
  if (found.kind === 'external') return found.address;
  if (found.kind === 'unavailable') throw new Error(found.message);
  const start = (previous?: NatsServer): Promise<NatsServer> =>
    startNatsServer({
      path: found.path,
      dataDir: join(dataDir, 'nats'),
      ...(previous === undefined ? {} : { port: previous.port }),
    });
  const { server, resource } = await supervised('nats-server', start, (message) =>
    onProgress({ message, passing: false }),
  );
  await life.step('nats-server', () => Promise.resolve(resource));
  return server.url;
}

/** A local Jaeger. Without one everything else works; traces wait in the stream. */
export async function openJaeger({ life, dataDir, env, onProgress }: ServerContext): Promise<TraceStore> {
  const found = await resolveServer('jaeger', { env, onProgress, signal: life.signal });
  if (found.kind === 'unavailable') return { unavailable: found.message };
  if (found.kind === 'external') return { otlpUrl: env['LACUNA_OTLP_URL'] ?? found.address, jaegerUrl: found.address };
  const start = (previous?: Jaeger): Promise<Jaeger> =>
    startJaeger({
      path: found.path,
      dataDir: join(dataDir, 'jaeger'),
      ...(previous === undefined ? {} : { ports: previous.ports }),
    });
  const { server, resource } = await supervised('jaeger', start, (message) => onProgress({ message, passing: false }));
  await life.step('jaeger', () => Promise.resolve(resource));
  return { otlpUrl: server.otlpUrl, jaegerUrl: server.queryUrl };
}
