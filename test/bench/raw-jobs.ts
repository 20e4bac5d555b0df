import { ApiClient } from './api-client.ts';
import type { LoadCluster } from './load-cluster.ts';

interface Job {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const LABEL = 'raw=yes';
const CONNECTIONS = 16;

/** Jobs by a bare API client: what Lacuna is compared with. */
export class RawJobs implements Disposable {
  readonly #api: ApiClient;
  readonly #complete = new Set<string>();
  #onComplete = (): void => undefined;
  #made = 0;

  private constructor(api: ApiClient) {
    this.#api = api;
    // The watch ends with the client.
    this.#watch().catch(() => undefined);
  }

  /** One connection more, for the watch. */
  static async open(cluster: LoadCluster): Promise<RawJobs> {
    return new RawJobs(await ApiClient.open(cluster, CONNECTIONS + 1));
  }

  /** Creates a Job whose pod does nothing; its name. */
  async create(): Promise<string> {
    const name = `raw-${process.pid}-${this.#made++}`;
    await this.#api.call('POST', JOBS, manifest(name));
    return name;
  }

  /** Resolves when the watch has told that all these are Complete. */
  async untilComplete(names: readonly string[]): Promise<void> {
    const open = new Set(names);
    for (;;) {
      for (const name of open) if (this.#complete.delete(name)) open.delete(name);
      if (open.size === 0) return;
      await new Promise<void>((resolve) => (this.#onComplete = resolve));
    }
  }

  /** Asks for the deletion of all of them. */
  async removeAll(): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    await this.#api.call('DELETE', `${JOBS}?labelSelector=${encodeURIComponent(LABEL)}`, options);
  }

  [Symbol.dispose](): void {
    this.#api[Symbol.dispose]();
  }

  async #watch(): Promise<void> {
    for await (const { object } of this.#api.follow<Job>(JOBS, LABEL)) {
      const { metadata, status } = object;
      if (!status?.conditions?.some(({ type, status: holds }) => type === 'Complete' && holds === 'True')) continue;
      this.#complete.add(metadata.name);
      this.#onComplete();
    }
  }
}

function manifest(name: string): object {
  const labels = { raw: 'yes' };
  const container = { name: 'main', image: 'fake', command: ['true'], resources: { requests: { cpu: '1m' } } };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
  const spec = { backoffLimit: 0, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, labels }, spec };
}
