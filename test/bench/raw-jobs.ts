import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { LoadCluster } from './load-cluster.ts';

interface Job {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const LABEL = 'raw=yes';
const CONNECTIONS = 16;

/** Jobs by a bare API client over kept-alive connections: what Lacuna is compared with. */
export class RawJobs implements Disposable {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #token: string;
  readonly #watching = new AbortController();
  readonly #complete = new Set<string>();
  #onComplete = (): void => undefined;
  #made = 0;

  private constructor(ca: Buffer, { controlPlane, token }: LoadCluster) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS + 1, ca });
    this.#url = controlPlane.url;
    this.#token = token;
  }

  /** Resolves when its watch is open. */
  static async open(cluster: LoadCluster): Promise<RawJobs> {
    const jobs = new RawJobs(await readFile(cluster.controlPlane.caFile), cluster);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    jobs.#watch(resolve).catch(reject);
    await promise;
    return jobs;
  }

  /** Creates a Job whose pod does nothing; its name. */
  async create(): Promise<string> {
    const name = `raw-${process.pid}-${this.#made++}`;
    const answer = await this.#call('POST', JOBS, manifest(name));
    if (answer.statusCode !== 201) throw new Error(`creating ${name} was answered ${answer.statusCode}`);
    await textOf(answer);
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
    await textOf(await this.#call('DELETE', `${JOBS}?labelSelector=${encodeURIComponent(LABEL)}`, options));
  }

  [Symbol.dispose](): void {
    this.#watching.abort();
    this.#agent.destroy();
  }

  /** Lists, then watches; again after every end of a watch. */
  async #watch(onOpen: () => void): Promise<void> {
    const selector = `labelSelector=${encodeURIComponent(LABEL)}`;
    while (!this.#watching.signal.aborted) {
      const listing = JSON.parse(await textOf(await this.#call('GET', `${JOBS}?${selector}`))) as {
        readonly metadata: { readonly resourceVersion: string };
        readonly items: readonly Job[];
      };
      for (const job of listing.items) this.#take(job);
      const from = listing.metadata.resourceVersion;
      const body = await this.#call('GET', `${JOBS}?${selector}&watch=true&resourceVersion=${from}`);
      onOpen();
      for await (const line of createInterface({ input: body })) {
        const event = JSON.parse(line) as { readonly type: string; readonly object: Job };
        if (event.type === 'MODIFIED') this.#take(event.object);
      }
    }
  }

  #take({ metadata: { name }, status }: Job): void {
    if (!status?.conditions?.some((condition) => condition.type === 'Complete' && condition.status === 'True')) return;
    this.#complete.add(name);
    this.#onComplete();
  }

  async #call(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const { signal } = this.#watching;
    const sent = request(`${this.#url}${path}`, { method, headers, agent: this.#agent, signal });
    sent.end(payload);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    return answer;
  }
}

function manifest(name: string): object {
  const labels = { raw: 'yes' };
  const container = { name: 'main', image: 'fake', command: ['true'], resources: { requests: { cpu: '1m' } } };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
  const spec = { backoffLimit: 0, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, labels }, spec };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
