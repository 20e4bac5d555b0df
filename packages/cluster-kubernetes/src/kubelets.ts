import { defined } from '@lacuna/contracts';
import type { ApiNode } from './api-objects.ts';
import { messageOf } from './api-response.ts';
import { KubeConfig } from './kube-config.ts';
import { KubeConnection } from './kube-connection.ts';
import type { Timings } from './timings.ts';

/** How the kubelets of the nodes are reached. */
export interface KubeletAccess {
  /** Path of a file with the authority of their certificates; the cluster's own by default. */
  readonly caFile?: string | undefined;
  /** At which of a node's addresses: `InternalIP`, `Hostname` … */
  readonly address: string;
}

type ConnectionTimings = Pick<Timings, 'requestMs' | 'pingMs'>;

interface Known {
  readonly url: string;
  readonly connection: KubeConnection;
  /** By `performance.now()`. */
  readonly usedAt: number;
}

/** Nodes come and go. Longer than any read of a log takes. Milliseconds. */
const UNUSED_MS = 3_600_000;

/** Requests to the kubelets of the nodes, with the identity that the API server is asked with. */
export class Kubelets implements AsyncDisposable {
  readonly #config: KubeConfig;
  readonly #api: KubeConnection;
  readonly #timings: ConnectionTimings;
  readonly #access: KubeletAccess;
  readonly #known = new Map<string, Known>();
  /** Questions where a node is, under way. */
  readonly #asked = new Map<string, Promise<string>>();
  /** Nodes that may have another address by now. */
  readonly #doubtful = new Set<string>();

  /** `api`: where the addresses of nodes are asked for. */
  constructor(config: KubeConfig, api: KubeConnection, timings: ConnectionTimings, access: KubeletAccess) {
    this.#config = config;
    this.#api = api;
    this.#timings = timings;
    this.#access = access;
  }

  /** The kubelet of a node. Rejects when it is not known where that is. */
  async of(node: string): Promise<KubeConnection> {
    const known = this.#known.get(node);
    const url = known === undefined || this.#doubtful.has(node) ? await this.#urlOf(node) : known.url;
    this.#doubtful.delete(node);
    const usedAt = performance.now();
    const kept = this.#known.get(node);
    const connection = kept?.url === url ? kept.connection : new KubeConnection(this.#configFor(url), this.#timings);
    this.#known.set(node, { url, connection, usedAt });
    if (kept !== undefined && kept.connection !== connection) void kept.connection[Symbol.asyncDispose]();
    this.#dropUnused(usedAt - UNUSED_MS);
    return connection;
  }

  /** Has the node's address asked for before the next request. */
  doubt(node: string): void {
    this.#doubtful.add(node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#known.values()].map(({ connection }) => connection[Symbol.asyncDispose]()));
  }

  #dropUnused(since: number): void {
    for (const [node, { usedAt, connection }] of this.#known) {
      if (usedAt > since) continue;
      this.#known.delete(node);
      void connection[Symbol.asyncDispose]();
    }
  }

  /** Many logs of one node ask once. */
  #urlOf(node: string): Promise<string> {
    const asked = this.#asked.get(node) ?? this.#askUrl(node).finally(() => this.#asked.delete(node));
    this.#asked.set(node, asked);
    return asked;
  }

  async #askUrl(node: string): Promise<string> {
    const answer = await this.#api.call({ path: `/api/v1/nodes/${encodeURIComponent(node)}` }, this.#api.closed);
    if (answer.status !== 200) throw new Error(`where the node is: ${messageOf(answer)}`);
    return kubeletUrl(answer.body as ApiNode, this.#access.address);
  }

  #configFor(server: string): KubeConfig {
    const cluster = this.#config.getCurrentCluster();
    const user = this.#config.getCurrentUser();
    if (cluster === null || user === null) throw new Error('the kubeconfig has no current user');
    const { name, caData, caFile, skipTLSVerify } = cluster;
    const own = defined({ caData, caFile });
    const authority = this.#access.caFile === undefined ? own : { caFile: this.#access.caFile };
    const config = new KubeConfig();
    // Without the name that the API server's certificate is for.
    config.loadFromClusterAndUser({ name, server, skipTLSVerify, ...authority }, user);
    return config;
  }
}

/** Throws when the node does not say it. */
function kubeletUrl({ status }: ApiNode, type: string): string {
  const { addresses = [], daemonEndpoints } = status ?? {};
  const address = addresses.find((one) => one.type === type)?.address;
  const port = daemonEndpoints?.kubeletEndpoint?.Port;
  if (address === undefined) throw new Error(`the node has no address of the type ${type}`);
  if (port === undefined) throw new Error('the node does not say at which port its kubelet is');
  return `https://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
