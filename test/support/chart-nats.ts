import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectBus, PERMISSIONS, type Bus, type UserName } from '@lacuna/messaging';
import { pauseProcess, resolveBinary } from '@lacuna/servers';
import { eventually, freePort, tempDir } from '@lacuna/testing';
import { connect, type NatsConnection } from 'nats';
import { objectOf, renderChart } from './helm.ts';
import { runCli } from './run-cli.ts';

/** The NATS servers of the chart, with its configuration and its users, on this machine. */
export interface ChartNats extends AsyncDisposable {
  readonly urls: readonly string[];
  /** Of the first server. */
  readonly monitorUrl: string;
  /** All that the servers have logged. */
  readonly log: () => string;
  passwordOf(user: UserName): string;
  /** A client without our code in between. */
  connect(user: UserName): Promise<NatsConnection>;
  /** The bus of a service, on any of the servers, or on one of them. */
  bus(user: UserName, server?: number): Promise<Bus>;
  /** Makes the streams by `lacuna provision`; what it says. */
  provision(): Promise<string>;
  kill(server: number): Promise<void>;
  /** Stops the process without ending it. */
  pause(server: number): void;
  resume(server: number): void;
}

interface Server {
  readonly name: string;
  readonly client: number;
  readonly route: number;
  readonly monitor: number;
}

/** The addresses and folders are this machine's; every other setting is the chart's own. */
export async function startChartNats(replicas: 1 | 3 = 1): Promise<ChartNats> {
  const found = await resolveBinary('nats');
  if (found.kind === 'unavailable') throw new Error(found.message);
  const template = await configOf(replicas);
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const servers: Server[] = [];
  for (let index = 0; index < replicas; index++)
    servers.push({
      name: `nats-${index}`,
      client: await freePort(),
      route: await freePort(),
      monitor: await freePort(),
    });
  const routes = servers.map(({ route }) => `nats://cluster:${passwordOf('cluster')}@127.0.0.1:${route}`);
  let log = '';
  const start = async (server: Server): Promise<ChildProcess> => {
    const folder = join(dir.path, server.name);
    await mkdir(folder);
    const config = join(folder, 'nats-server.conf');
    await writeFile(config, onThisMachine(template, server, folder));
    const env = { ...passwords(), SERVER_NAME: server.name, ROUTES: `[${routes.join(', ')}]` };
    const child = spawn(found.path, ['--config', config], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => void (log += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    stack.defer(() => kill(child));
    return child;
  };
  const children = await Promise.all(servers.map(start));
  await eventually(
    'all servers healthy',
    async () => {
      for (const { monitor } of servers) {
        const answer = await fetch(`http://127.0.0.1:${monitor}/healthz`).catch(() => undefined);
        if (answer?.ok !== true) throw new Error(`${await answer?.text()} ${log.slice(-2_000)}`);
      }
      return true;
    },
    { withinMs: 60_000 },
  );
  const owned = stack.move();
  const urls = servers.map(({ client }) => `nats://127.0.0.1:${client}`);
  const monitorUrl = `http://127.0.0.1:${servers[0]?.monitor}`;
  return {
    urls,
    monitorUrl,
    log: () => log,
    passwordOf,
    connect: (user) =>
      connect({ servers: [...urls], user, pass: passwordOf(user), inboxPrefix: inboxPrefixOf(user), reconnect: false }),
    bus: (user, server) =>
      connectBus({
        servers: server === undefined ? urls : [urls[server] ?? ''],
        name: `lacuna-${user}`,
        credentials: { user, password: passwordOf(user) },
      }),
    provision: () => provision({ urls, monitorUrl }),
    kill: (server) => kill(children[server]),
    pause: (server) => pauseProcess(pidOf(children[server])),
    resume: (server) => void process.kill(pidOf(children[server]), 'SIGCONT'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function provision({ urls, monitorUrl }: Pick<ChartNats, 'urls' | 'monitorUrl'>): Promise<string> {
  const { code, stdout, stderr } = await runCli(['provision'], {
    LACUNA_NATS_URL: urls.join(),
    LACUNA_NATS_MONITOR_URL: monitorUrl,
    LACUNA_NATS_USER: 'provision',
    LACUNA_NATS_PASSWORD: passwordOf('provision'),
    LACUNA_NATS_REPLICAS: String(urls.length),
  });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function configOf(replicas: number): Promise<string> {
  const objects = await renderChart({ nats: { replicas } });
  const { data } = objectOf(objects, 'ConfigMap', 'lacuna-nats');
  return (data as Record<string, string>)['nats-server.conf'] ?? '';
}

function onThisMachine(config: string, { client, route, monitor }: Server, folder: string): string {
  return config
    .replace('listen: 0.0.0.0:4222', `listen: 127.0.0.1:${client}`)
    .replace('listen: 0.0.0.0:6222', `listen: 127.0.0.1:${route}`)
    .replace('http: 0.0.0.0:8222', `http: 127.0.0.1:${monitor}`)
    .replace(/store_dir: \/data\S*/, `store_dir: ${JSON.stringify(folder)}`);
}

const passwordOf = (user: UserName | 'cluster'): string => `password-of-${user}`;

function passwords(): Record<string, string> {
  const users = [...(Object.keys(PERMISSIONS) as UserName[]), 'cluster' as const];
  return Object.fromEntries(
    users.map((user) => [`PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`, passwordOf(user)]),
  );
}

/** The prefix that the user's permissions are for. */
const inboxPrefixOf = (user: UserName): string => (user === 'client' ? '_INBOX' : `_INBOX_lacuna-${user}`);

function pidOf(child: ChildProcess | undefined): number {
  if (child?.pid === undefined) throw new Error('the server does not run');
  return child.pid;
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
