import { join } from 'node:path';
import { createClient } from '@lacuna/client';
import { defined } from '@lacuna/contracts';
import { freePort, type OnProgress, type ServerProcess } from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import { receiveAlerts } from '../demo/alert-receiver.ts';
import { ALL_SERVICES, openPlatform } from '../platform/open-platform.ts';
import type { OwnServer } from '../platform/local-servers.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { DrillContext, DrillNamespace, OwnPlatform } from './drill-context.ts';
import { openNamespace, type NamespaceOptions } from './open-namespace.ts';
import { ServiceChild, type ApartService } from './service-child.ts';

/** Times of the span contract that let a drill end within seconds; the grace is what a late arrival has: it comes amid it, also when the machine pauses. */
const DEADLINES = {
  process: 'queue=3s+60s,job.create=3s+60s,pod.create=3s+6s',
  // The Job controller tries again after ten seconds at most, when it has failed for some.
  kubernetes: 'queue=3s+60s,job.create=3s+60s,pod.create=5s+20s',
} as const;

export interface OwnPlatformOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Kubernetes instead of the embedded cluster. */
  readonly kubernetes?: NamespaceOptions;
  readonly say: (line: string) => void;
  readonly onProgress: OnProgress;
}

/** A disposable platform within the given life, with an alert receiver, and dispatch and log-collect as processes that can be stopped. */
export async function openOwnPlatform(life: Lifecycle, options: OwnPlatformOptions): Promise<DrillContext> {
  const { env, say, onProgress } = options;
  const kubernetes = options.kubernetes && (await openNamespace(life, options.kubernetes));
  const dataDir = await temporaryFolder(life, 'drill');
  const receiver = await life.step('alert receiver', receiveAlerts);
  const platform = await openPlatform(life, {
    port: await freePort(),
    dataDir,
    onProgress,
    services: ALL_SERVICES.filter(({ name }) => name !== 'dispatch' && name !== 'log-collect'),
    env: {
      ...env,
      LACUNA_ALLOW_FAULTS: 'true',
      ...clusterSettings(options.kubernetes, kubernetes),
      ...receiver.settings,
      LACUNA_REREAD: '1500ms',
    },
  });
  const { http, nats, ownNats, traces, settings } = platform;
  const open = (name: ApartService): Promise<ServiceChild> =>
    life.step(name, (signal) => ServiceChild.start(name, settings, signal));
  const [dispatch, collect] = await Promise.all([open('dispatch'), open('log-collect')]);
  const own: OwnPlatform = {
    natsUrl: nats,
    clusterDir: settings['LACUNA_CLUSTER_DIR'] ?? join(dataDir, 'cluster'),
    alerts: receiver.received,
    services: { dispatch, 'log-collect': collect },
    replica: (name, more = {}) => ServiceChild.start(name, { ...settings, ...more }, life.signal),
    nats: () => running('NATS server', ownNats),
    jaeger: () => running('Jaeger', 'unavailable' in traces ? undefined : traces.own),
  };
  const jaegerUrl = 'unavailable' in traces ? undefined : traces.jaegerUrl || undefined;
  const context: DrillContext = { client: createClient({ url: http }), jaegerUrl, signal: life.signal, say, own };
  return kubernetes === undefined ? context : { ...context, kubernetes };
}

function clusterSettings(
  options: NamespaceOptions | undefined,
  kubernetes: DrillNamespace | undefined,
): Record<string, string> {
  if (kubernetes === undefined) return { LACUNA_CLUSTER: 'process', LACUNA_DEADLINES: DEADLINES.process };
  const kubeconfig = options?.kubeconfig;
  return {
    LACUNA_DEADLINES: DEADLINES.kubernetes,
    LACUNA_CLUSTER: 'kubernetes',
    LACUNA_KUBE_NAMESPACE: kubernetes.namespace,
    ...defined({ LACUNA_KUBECONFIG: kubeconfig }),
  };
}

function running(what: string, own: OwnServer): ServerProcess {
  if (own === undefined) throw new Error(`this drill needs a ${what} of its own, and there is none`);
  return own();
}
