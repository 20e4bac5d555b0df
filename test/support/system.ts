import { join } from 'node:path';
import { stopAgent } from '@lacuna/cluster-process';
import { createClient, type Client } from '@lacuna/client';
import { freePort, startNats, startTestJaeger, tempDir, type JaegerFixture, type NatsFixture } from '@lacuna/testing';
import { SERVICES, ServiceProcess, type ServiceName } from './service-process.ts';

export interface SystemOptions {
  /** More settings for all services. */
  readonly env?: Readonly<Record<string, string>>;
  readonly services?: readonly ServiceName[];
}

/** The whole system as separate processes on real servers and the embedded cluster. Disposing it ends everything and leaves nothing. */
export interface System extends AsyncDisposable {
  readonly nats: NatsFixture;
  readonly jaeger: JaegerFixture;
  readonly url: string;
  readonly client: Client;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  readonly clusterDir: string;
  /** Starts one more replica of a service; it ends with the system. */
  another(name: Exclude<ServiceName, 'submit'>): Promise<ServiceProcess>;
}

export async function startSystem({ env = {}, services = SERVICES }: SystemOptions = {}): Promise<System> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const [nats, jaeger] = await Promise.all([startNats(), startTestJaeger()]);
  stack.use(nats);
  stack.use(jaeger);
  const clusterDir = join(dir.path, 'cluster');
  // The embedded cluster outlives the services on purpose; a test ends it.
  stack.defer(async () => void (await stopAgent(clusterDir)));
  const port = await freePort();
  const shared = {
    LACUNA_NATS_URL: nats.url,
    LACUNA_OTLP_URL: jaeger.otlpUrl,
    LACUNA_JAEGER_URL: jaeger.queryUrl,
    LACUNA_CLUSTER_DIR: clusterDir,
    LACUNA_ALLOW_FAULTS: 'true',
    LACUNA_DATA_DIR: join(dir.path, 'data'),
    LACUNA_LOG_LEVEL: 'warn',
    ...env,
  };
  const all: ServiceProcess[] = [];
  const processOf = async (name: ServiceName): Promise<ServiceProcess> => {
    const own: Record<string, string> =
      name === 'submit' ? { LACUNA_PORT: String(port) } : { LACUNA_HEALTH_PORT: String(await freePort()) };
    const service = new ServiceProcess(name, { ...shared, ...own });
    all.push(service);
    return service;
  };
  const processes = {} as Record<ServiceName, ServiceProcess>;
  for (const name of SERVICES) processes[name] = await processOf(name);
  stack.defer(async () => void (await Promise.all(all.map((service) => service.kill9()))));
  for (const name of services) processes[name].start();
  await Promise.all(services.map((name) => processes[name].ready()));
  const owned = stack.move();
  const url = `http://127.0.0.1:${port}`;
  return {
    nats,
    jaeger,
    url,
    client: createClient({ url }),
    services: processes,
    clusterDir,
    async another(name) {
      const service = await processOf(name);
      service.start();
      await service.ready();
      return service;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
