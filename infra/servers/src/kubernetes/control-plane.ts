import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { writeTokenFile } from './write-token-file.ts';
import type { ApiAccess } from './api-request.ts';
import { startApiServer } from './api-server.ts';
import type { ApiServer } from './api-server.ts';
import { startControllerManager, startScheduler } from './controllers.ts';
import type { ControllerLimits } from './controllers.ts';
import { startEtcd } from './etcd.ts';
import type { Etcd } from './etcd.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** The programs that {@link startControlPlane} starts, by their names in the catalog. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export interface ControlPlaneOptions extends Omit<ServerOptions, 'path'> {
  readonly paths: Readonly<Record<(typeof CONTROL_PLANE)[number], string>>;
  /** Users without any rights of their own, for RBAC to give them some. */
  readonly users?: readonly string[];
  readonly limits?: ControllerLimits;
}

/** A cluster without nodes. Disposing it kills its processes; the data stays. */
export interface ControlPlane extends AsyncDisposable {
  readonly url: string;
  readonly caFile: string;
  /** As whom everything may be done. */
  readonly admin: Required<ApiAccess>;
  /** Path of a kubeconfig with the admin's rights. */
  readonly kubeconfig: string;
  readonly dataDir: string;
  /** Throws for a user who was not named at the start. */
  tokenOf(user: string): string;
  readonly etcd: Etcd;
  readonly apiServer: ApiServer;
  readonly controllerManager: RestartableServer;
  readonly scheduler: RestartableServer;
}

const ADMIN = 'admin';
const CONTROLLER_MANAGER = 'system:kube-controller-manager';
/** RBAC knows this name and gives it just the rights a scheduler needs. */
const SCHEDULER = 'system:kube-scheduler';

/** Who acts on fake nodes, who is the kubelet of the real one, and who enforces policies there. */
export const NODE_USERS = { kwok: 'kwok', kubelet: 'system:node:127.0.0.1', kubeRouter: 'kube-router' } as const;

const MAY_DO_EVERYTHING = ['system:masters'];

/**
 * Starts etcd, the API server with RBAC, the controller manager and the scheduler on free ports of 127.0.0.1 and waits until
 * all are ready, about five seconds. Started again on the same folder it has the same objects and tokens, on other ports.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { paths, signal, onLog, limits, users = [] } = options;
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const common = { dataDir, signal, onLog };
  const tokenFile = join(dataDir, 'tokens.csv');
  const tokenOf = tokenLookup(await writeTokenFile(tokenFile, allUsers(users)));

  await using starting = new AsyncDisposableStack();
  const etcd = starting.use(await startEtcd({ ...common, path: paths.etcd }));
  const apiServer = starting.use(
    await startApiServer({ ...common, path: paths['kube-apiserver'], etcdUrl: etcd.url, tokenFile }),
  );
  const start = { ...common, apiServer, limits };
  const controllerManager = starting.use(
    await startControllerManager({
      ...start,
      path: paths['kube-controller-manager'],
      token: tokenOf(CONTROLLER_MANAGER),
    }),
  );
  const scheduler = starting.use(
    await startScheduler({ ...start, path: paths['kube-scheduler'], token: tokenOf(SCHEDULER) }),
  );
  const { url, caFile } = apiServer;
  const admin = { url, caFile, token: tokenOf(ADMIN) };
  const kubeconfig = await writeKubeconfig(join(dataDir, 'kubeconfig'), admin);
  const running = starting.move();
  return {
    url,
    caFile,
    admin,
    kubeconfig,
    dataDir,
    tokenOf,
    etcd,
    apiServer,
    controllerManager,
    scheduler,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const allUsers = (ordinary: readonly string[]) => [
  ...[ADMIN, CONTROLLER_MANAGER, ...Object.values(NODE_USERS)].map((name) => ({ name, groups: MAY_DO_EVERYTHING })),
  ...[SCHEDULER, ...ordinary].map((name) => ({ name, groups: [] })),
];

const tokenLookup =
  (tokens: ReadonlyMap<string, string>) =>
  (user: string): string => {
    const token = tokens.get(user);
    if (token === undefined)
      throw new Error(`the cluster has no user ${user}; it has ${[...tokens.keys()].join(', ')}`);
    return token;
  };
