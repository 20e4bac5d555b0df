import type { V1ConfigMap } from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { messageOf, type ApiResponse } from './api-response.ts';
import { configMapsPath } from './collections.ts';
import type { KubeConnection } from './kube-connection.ts';
import { describeError } from './loss.ts';
import { SEAL_FILE, type SealMount } from './seal-mount.ts';

/** The helper that runs a command and seals its log, for the processor of the nodes. */
export interface SealProgram {
  readonly from: 'configmap';
  readonly architecture: SealMount['architecture'];
  /** The program. Asked for when the first Job is created; rejects when it can't be had. */
  readonly program: () => Promise<Uint8Array>;
}

/** How often it is looked whether it is there: somebody may delete it, and with it the start of every pod that has not mounted it yet. */
const LOOK_EVERY_MS = 60_000;
/** How long after the last Job pods may still wait for it: far longer than anybody waits for their start. */
const NEEDED_MS = 3_600_000;
/** The API server takes no larger object. Source: etcd's limit of 1.5 MiB a request, of which ConfigMaps may use 1 MiB. */
const MAX_BYTES = 1024 * 1024;

/** The ConfigMap of a program, as a pure function of it: its name goes by its content, so it never has to change. */
export function sealConfigMap(program: Uint8Array): V1ConfigMap & { readonly metadata: { readonly name: string } } {
  const name = `lacuna-seal-${createHash('sha256').update(program).digest('hex').slice(0, 12)}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'lacuna' } },
    immutable: true,
    binaryData: { [SEAL_FILE]: Buffer.from(program).toString('base64') },
  };
}

/**
 * Keeps the ConfigMap of the helper in the namespace. Needs the verbs `get` and `create` on configmaps there, beside those of the Jobs
 * (the list is infra/kubernetes/chart/templates/dispatch.yaml); by an image none are needed.
 */
export class SealInNamespace implements Disposable {
  readonly #connection: KubeConnection;
  readonly #path: string;
  readonly #helper: SealProgram;
  #manifest: ReturnType<typeof sealConfigMap> | undefined;
  #fresh = { until: -Infinity };
  #needed = { until: -Infinity };
  #ensuring: Promise<void> | undefined;
  #looks: NodeJS.Timeout | undefined;
  readonly #end = new AbortController();

  constructor(connection: KubeConnection, namespace: string, helper: SealProgram) {
    this.#connection = connection;
    this.#path = configMapsPath(namespace);
    this.#helper = helper;
  }

  /** Makes sure that it is there. Rejects with why it is not; asking again is safe. */
  async ensure(signal: AbortSignal): Promise<SealMount> {
    this.#manifest ??= await this.#load();
    if (performance.now() > this.#fresh.until) {
      this.#ensuring ??= this.#look(this.#manifest, signal).finally(() => (this.#ensuring = undefined));
      await this.#ensuring;
    }
    this.#needed = { until: performance.now() + NEEDED_MS };
    this.#looks ??= setInterval((manifest) => this.#lookAgain(manifest), LOOK_EVERY_MS, this.#manifest).unref();
    const { architecture } = this.#helper;
    return { from: 'configmap', configMap: this.#manifest.metadata.name, architecture };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looks);
    this.#end.abort();
  }

  /** While pods may wait for it. What fails here is told by the next Job that asks. */
  #lookAgain(manifest: ReturnType<typeof sealConfigMap>): void {
    if (performance.now() < this.#needed.until)
      return void this.#look(manifest, this.#end.signal).catch(() => undefined);
    clearInterval(this.#looks);
    this.#looks = undefined;
  }

  async #load(): Promise<ReturnType<typeof sealConfigMap>> {
    const manifest = sealConfigMap(await this.#helper.program());
    const size = JSON.stringify(manifest).length;
    if (size > MAX_BYTES) throw new Error(`the seal helper is too large for a ConfigMap: ${size} bytes as JSON`);
    return manifest;
  }

  async #look(manifest: ReturnType<typeof sealConfigMap>, signal: AbortSignal): Promise<void> {
    const { name } = manifest.metadata;
    const get = { path: `${this.#path}/${name}` };
    let found = await this.#call(name, get, signal);
    if (found.status === 404) {
      const created = await this.#call(name, { method: 'POST', path: this.#path, body: manifest }, signal);
      // Another dispatcher was faster: what it made is looked at.
      found = created.status === 409 ? await this.#call(name, get, signal) : created;
    }
    if (found.status >= 300) throw new Error(`the ConfigMap ${name} can't be had: ${messageOf(found)}`);
    if ((found.body as V1ConfigMap).binaryData?.[SEAL_FILE] !== manifest.binaryData?.[SEAL_FILE])
      throw new Error(`the ConfigMap ${name} holds another program than the seal helper: delete it`);
    this.#fresh = { until: performance.now() + LOOK_EVERY_MS };
  }

  async #call(name: string, call: Parameters<KubeConnection['call']>[0], signal: AbortSignal): Promise<ApiResponse> {
    try {
      return await this.#connection.call(call, signal);
    } catch (error) {
      throw new Error(`the ConfigMap ${name} can't be had: ${describeError(error)}`, { cause: error });
    }
  }
}
