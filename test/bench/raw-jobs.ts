import { ApiClient } from './api-client.ts';
import type { LoadCluster } from './load-cluster.ts';

interface Job {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A Job without its name. */
export interface JobBody {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations?: object };
  readonly spec: object;
}

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const LABEL = 'raw=yes';
/** What the Jobs and their pods must be labelled with. */
export const RAW_LABELS = { raw: 'yes' };
const CONNECTIONS = 16;

const CONTAINER = { name: 'main', image: 'fake', command: ['true'], resources: { requests: { cpu: '1m' } } };
const BARE: JobBody = {
  metadata: { labels: RAW_LABELS },
  spec: {
    backoffLimit: 0,
    template: { metadata: { labels: RAW_LABELS }, spec: { restartPolicy: 'Never', containers: [CONTAINER] } },
  },
};

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

  /** Creates a Job whose pod does nothing, with as few fields as it can have unless it is given; its name. */
  async create({ metadata, spec }: JobBody = BARE): Promise<string> {
    const name = `raw-${process.pid}-${this.#made++}`;
    await this.#api.call('POST', JOBS, { metadata: { ...metadata, name }, spec });
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
