import { join } from 'node:path';
import { defined } from '@lacuna/contracts';
import {
  resolveServer,
  startJaeger,
  startNatsServer,
  type Jaeger,
  type NatsServer,
  type OnProgress,
  type ServerProcess,
} from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import { endWhenWritable } from './end-when-writable.ts';
import { supervised } from './supervised.ts';

interface ServerContext {
  readonly life: Lifecycle;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
}

/** A server of our own, as it runs now: another process after a restart. Absent when the server is somebody else's. */
export type OwnServer = (() => ServerProcess) | undefined;

/** Where traces go and can be read, and of a Jaeger without pages where a trace is shown all the same; absent when there is no Jaeger, with the reason. */
export type TraceStore =
  | { readonly otlpUrl: string; readonly jaegerUrl: string; readonly traceUrl?: string; readonly own?: OwnServer }
  | { readonly unavailable: string };

/** The NATS server: the one that is named, or a local one that lives and stops with the platform. */
export async function openNats({
  life,
  dataDir,
  env,
  onProgress,
}: ServerContext): Promise<{ readonly url: string; readonly monitorUrl?: string; readonly own?: OwnServer }> {
  const found = await resolveServer('nats', { env, onProgress, signal: life.signal });
  if (found.kind === 'external') return { url: found.address };
  if (found.kind === 'unavailable') throw new Error(found.message);
  const say = (message: string): void => onProgress({ message, passing: false });
  const folder = join(dataDir, 'nats');
  const start = async (previous?: NatsServer): Promise<NatsServer> => {
    const ports = previous === undefined ? {} : { port: previous.port, monitorPort: previous.monitorPort };
    const started = await startNatsServer({ path: found.path, dataDir: folder, ...ports });
    void endWhenWritable(started, folder, say);
    return started;
  };
  const { server, current, resource } = await supervised('nats-server', start, say);
  await life.step('nats-server', () => Promise.resolve(resource));
  return { url: server.url, monitorUrl: server.monitorUrl, own: current };
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
      ...defined({ ports: previous?.ports }),
    });
  const { server, current, resource } = await supervised('jaeger', start, (message) =>
    onProgress({ message, passing: false }),
  );
  await life.step('jaeger', () => Promise.resolve(resource));
  const { otlpUrl, queryUrl: jaegerUrl } = server;
  const traceUrl = (await hasPages(jaegerUrl)) ? {} : { traceUrl: `${jaegerUrl}/api/traces/{id}` };
  return { otlpUrl, jaegerUrl, ...traceUrl, own: current };
}

/** A Jaeger that was built without its pages, as ours is, answers for each of them with a page that says so. */
async function hasPages(jaegerUrl: string): Promise<boolean> {
  const answer = await fetch(jaegerUrl);
  return !(await answer.text()).includes('not compiled with the UI assets');
}
