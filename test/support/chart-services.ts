import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from '@lacuna/client';
import type { UserName } from '@lacuna/messaging';
import { writeKubeconfig } from '@lacuna/servers';
import { freePort, getJson, tempDir, type ControlPlane } from '@lacuna/testing';
import { startChartNats, type ChartNats } from './chart-nats.ts';
import { CHART, helm } from './helm.ts';
import { tokenOf } from './service-account.ts';
import { SERVICES, ServiceProcess, type ServiceName } from './service-process.ts';

interface ChartServicesOptions {
  readonly controlPlane: ControlPlane;
  readonly values: object;
  /** Secrets that the values name, by name and key. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The services of the chart, ready, as processes of this machine. */
interface ChartServices extends AsyncDisposable {
  /** Of the API. */
  readonly url: string;
  readonly token: string;
  readonly client: Client;
  readonly nats: ChartNats;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** What a pod of this part would be given, by the spec of what makes it. */
  environmentOf(part: Part, spec: PodsOf): Promise<Record<string, string>>;
}

type Part = ServiceName | 'fsck';

export interface PodsOf {
  readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly EnvVar[] }[] } };
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: SecretRef };
}

interface SecretRef {
  readonly name: string;
  readonly key: string;
}

const TOKEN = 'a-token';

/**
 * Installs the chart and starts its services with what a pod would be given: the chart's own environment, the token of the service's own account, and the
 * service's own user at NATS. Only addresses and folders differ.
 */
export async function startChartServices(options: ChartServicesOptions): Promise<ChartServices> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const nats = stack.use(await startChartNats());
  await install(options);
  await nats.provision();
  const environmentOf = (part: Part, spec: PodsOf) => environment(part, spec, { ...options, nats, folder: dir.path });
  const port = await freePort();
  const tokens = join(dir.path, 'tokens');
  await writeFile(tokens, `${await sha256(TOKEN)}\n`);
  const services = {} as Record<ServiceName, ServiceProcess>;
  for (const name of SERVICES) {
    const own: Record<string, string> =
      name === 'submit'
        ? { LACUNA_PORT: String(port), LACUNA_TOKENS_FILE: tokens, LACUNA_DATA_DIR: dir.path }
        : { LACUNA_HEALTH_PORT: String(await freePort()) };
    const path = `/apis/apps/v1/namespaces/lacuna/deployments/lacuna-${name}`;
    const { spec } = await getJson<{ spec: PodsOf }>(options.controlPlane, path);
    services[name] = new ServiceProcess(name, { ...(await environmentOf(name, spec)), ...own });
    services[name].start();
  }
  stack.defer(async () => void (await Promise.all(Object.values(services).map((service) => service.kill9()))));
  await Promise.all(SERVICES.map((name) => services[name].ready()));
  const access = { url: `http://127.0.0.1:${port}`, token: TOKEN };
  const client = createClient(access);
  const owned = stack.move();
  return { ...access, client, nats, services, environmentOf, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function install({ controlPlane, values }: ChartServicesOptions): Promise<void> {
  const what = ['install', 'lacuna', CHART, '--namespace', 'lacuna', '--create-namespace'];
  const { code, stderr } = await helm([...what, '--kubeconfig', controlPlane.kubeconfig], values);
  if (code !== 0) throw new Error(stderr);
}

interface Given extends ChartServicesOptions {
  readonly nats: ChartNats;
  /** For files that a pod would have. */
  readonly folder: string;
}

async function environment(
  part: Part,
  { template }: PodsOf,
  { controlPlane, secrets = {}, nats, folder }: Given,
): Promise<Record<string, string>> {
  const secretOf = (ref: SecretRef | undefined): string =>
    secrets[ref?.name ?? '']?.[ref?.key ?? ''] ?? nats.passwordOf(ref?.key as UserName);
  const given = template.spec.containers[0]?.env ?? [];
  const env = Object.fromEntries(
    given.map(({ name: variable, value, valueFrom }) => [variable, value ?? secretOf(valueFrom?.secretKeyRef)]),
  );
  return {
    ...env,
    LACUNA_NATS_URL: nats.urls.join(),
    LACUNA_NATS_MONITOR_URL: nats.monitorUrl,
    ...('LACUNA_HOST' in env ? { LACUNA_HOST: '127.0.0.1' } : { LACUNA_HEALTH_HOST: '127.0.0.1' }),
    ...(env['LACUNA_CLUSTER'] === 'kubernetes'
      ? { LACUNA_KUBECONFIG: await kubeconfigOf(part, controlPlane, folder) }
      : {}),
  };
}

async function kubeconfigOf(part: Part, controlPlane: ControlPlane, folder: string): Promise<string> {
  const token = await tokenOf(controlPlane, { namespace: 'lacuna', name: `lacuna-${part}` });
  return writeKubeconfig(join(folder, `${part}.kubeconfig`), { ...controlPlane.admin, token });
}

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
}
