import { KubeConfig } from '@kubernetes/client-node';
import type { ControlPlane } from '@lacuna/testing';
import type { ApiObject, ApiPod } from '../src/api-objects.ts';
import { jobsPath, podsPath } from '../src/collections.ts';
import { KubeConnection, type ApiRequest } from '../src/kube-connection.ts';
import { TIMINGS } from '../src/timings.ts';

/** What others do to the same namespace, past every fault of ours. */
export class DirectAccess implements AsyncDisposable {
  readonly #connection: KubeConnection;
  readonly #namespace: string;
  readonly #signal = new AbortController().signal;

  constructor({ kubeconfig }: Pick<ControlPlane, 'kubeconfig'>, namespace: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#connection = new KubeConnection(config, TIMINGS);
    this.#namespace = namespace;
  }

  /** The pods of a Job. */
  async pods(job: string): Promise<readonly ApiPod[]> {
    const query = { labelSelector: `batch.kubernetes.io/job-name=${job}` };
    const body = await this.#call({ path: podsPath(this.#namespace), query });
    return (body as { readonly items: readonly ApiPod[] }).items;
  }

  /** The names of the Jobs that begin with something. */
  async jobNames(prefix: string): Promise<string[]> {
    const body = await this.#call({ path: jobsPath(this.#namespace) });
    const names = (body as { readonly items: readonly ApiObject[] }).items.map(({ metadata }) => metadata?.name ?? '');
    return names.filter((name) => name.startsWith(prefix));
  }

  job(name: string): Promise<ApiObject> {
    return this.#call({ path: `${jobsPath(this.#namespace)}/${name}` }) as Promise<ApiObject>;
  }

  async deleteJob(name: string): Promise<void> {
    const body = { propagationPolicy: 'Background' };
    await this.#call({ method: 'DELETE', path: `${jobsPath(this.#namespace)}/${name}`, body });
  }

  async deletePod(name: string, options: { readonly gracePeriodSeconds?: number } = {}): Promise<void> {
    await this.#call({ method: 'DELETE', path: `${podsPath(this.#namespace)}/${name}`, body: options });
  }

  /** Merges a change into a Job or a pod. */
  async patch(kind: 'jobs' | 'pods', name: string, change: object): Promise<void> {
    const path = kind === 'jobs' ? jobsPath(this.#namespace) : podsPath(this.#namespace);
    await this.#call({ method: 'PATCH', path: `${path}/${name}`, body: change });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #call(request: ApiRequest): Promise<unknown> {
    const { status, body } = await this.#connection.call(request, this.#signal);
    if (status >= 300) throw new Error(`${request.method ?? 'GET'} ${request.path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}
