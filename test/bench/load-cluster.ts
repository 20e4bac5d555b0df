import { join } from 'node:path';
import { writeKubeconfig } from '@lacuna/servers';
import {
  applyManifest,
  eventually,
  getJson,
  getText,
  startTestControlPlane,
  startTestKwok,
  type ControlPlane,
} from '@lacuna/testing';

/** A cluster that is not itself the limit, and what a client of it has asked for. */
export interface LoadCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  /** Of the user whose requests are counted. */
  readonly kubeconfig: string;
  readonly token: string;
  readonly nodes: readonly string[];
  /** Requests of that user so far. */
  requests(): Promise<Requests>;
  /** Waits until there is neither a Job nor a pod; throws after `withinMs`, ten minutes unless told. */
  untilEmpty(withinMs?: number): Promise<void>;
}

interface Requests {
  readonly asked: number;
  /** Watches, and the listings that they go on from: so many an hour, whatever there is to do. */
  readonly watching: number;
}

const USER = 'load';
const WATCHING = 'load-watching';
const NODES = 10;
/** Kubernetes' defaults (5 syncs, 20 requests a second) allow a few Jobs a second, whoever creates them. */
const LIMITS = { concurrentJobSyncs: 50, apiQps: 1_000 };
const EMPTY_WITHIN_MS = 600_000;

/** A real control plane with ten fake nodes, whose pods end `runMs` after they have started: at once unless told. */
export async function startLoadCluster({ runMs = 0 }: { readonly runMs?: number } = {}): Promise<LoadCluster> {
  await using starting = new AsyncDisposableStack();
  const controlPlane = starting.use(await startTestControlPlane({ limits: LIMITS, users: [USER] }));
  const { nodes } = starting.use(await startTestKwok(controlPlane, { nodes: NODES, runMs }));
  await applyManifest(controlPlane, mayDoEverything());
  await applyManifest(controlPlane, ownFlow(WATCHING, ['watch', 'list'], 499));
  await applyManifest(controlPlane, ownFlow(USER, ['*'], 500));
  const token = controlPlane.tokenOf(USER);
  const path = join(controlPlane.dataDir, 'load.kubeconfig');
  const kubeconfig = await writeKubeconfig(path, { ...controlPlane.admin, token });
  const running = starting.move();
  return {
    controlPlane,
    kubeconfig,
    token,
    nodes,
    requests: () => requestsOf(controlPlane),
    untilEmpty: (withinMs = EMPTY_WITHIN_MS) => untilEmpty(controlPlane, withinMs),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function mayDoEverything() {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }];
  const metadata = { name: USER };
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata, roleRef, subjects };
}

/** The API server counts requests by flow: those of its own tell this user's from those of the controllers. The first that fits counts. */
function ownFlow(name: string, verbs: readonly string[], matchingPrecedence: number) {
  const subjects = [{ kind: 'User', user: { name: USER } }];
  const everything = { verbs, apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name: 'workload-high' },
      matchingPrecedence,
      distinguisherMethod: { type: 'ByUser' },
      rules: [{ subjects, resourceRules: [everything] }],
    },
  };
}

/** Those by flow, and the reads of logs, which belong to no flow because they may last: only the user makes any. */
async function requestsOf(controlPlane: ControlPlane): Promise<Requests> {
  const flows = await samples(controlPlane, 'apiserver_flowcontrol_dispatched_requests_total');
  const requests = await samples(controlPlane, 'apiserver_request_total');
  const logs = sum(requests, { resource: 'pods', subresource: 'log' });
  return { asked: sum(flows, { flow_schema: USER }) + logs, watching: sum(flows, { flow_schema: WATCHING }) };
}

async function untilEmpty(controlPlane: ControlPlane, withinMs: number): Promise<void> {
  const paths = ['/apis/batch/v1/namespaces/default/jobs', '/api/v1/namespaces/default/pods'];
  const left = async (path: string): Promise<number> => {
    const { items, metadata } = await getJson<Listing>(controlPlane, `${path}?limit=1`);
    return items.length + (metadata.remainingItemCount ?? 0);
  };
  await eventually(
    'no Job and no pod',
    async () => {
      const counts = await Promise.all(paths.map(left));
      if (counts.some((count) => count > 0)) throw new Error(`${counts.join(' Jobs, ')} pods`);
      return true;
    },
    { withinMs },
  );
}

interface Listing {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function samples(controlPlane: ControlPlane, metric: string): Promise<Sample[]> {
  const lines = (await getText(controlPlane, '/metrics')).split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines.map((line) => ({
    labels: Object.fromEntries(
      [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    ),
    value: Number(line.slice(line.lastIndexOf(' ') + 1)),
  }));
}

function sum(all: readonly Sample[], wanted: Readonly<Record<string, string>>): number {
  const matches = ({ labels }: Sample): boolean =>
    Object.entries(wanted).every(([name, value]) => labels[name] === value);
  return all.filter(matches).reduce((total, { value }) => total + value, 0);
}
