import { ignoredFault, withWarnings, type EnsureOutcome, type JobRequest } from '@lacuna/cluster';
import { jobsPath } from './collections.ts';
import { jobManifest, refusalOf, type PodDefaults } from './job-manifest.ts';
import type { KubeConnection } from './kube-connection.ts';
import { describeError } from './loss.ts';
import { SealInNamespace } from './seal-config-map.ts';
import type { SealHelper } from './seal-helper.ts';
import type { SealMount } from './seal-mount.ts';
import { outcomeOfCreate, outcomeOfLook, type CreateOutcome } from './status-outcome.ts';

/**
 * Creates Jobs. The name is deterministic, so an answer that got lost or says that the name is taken is resolved by reading the name back.
 * When to ask again after a 429 is told with the outcome; who asks for many Jobs has to keep to it for all of them.
 */
export class JobCreator implements Disposable {
  readonly #connection: KubeConnection;
  readonly #path: string;
  readonly #defaults: PodDefaults;
  readonly #seal: (Pick<SealInNamespace, 'ensure'> & Partial<Disposable>) | undefined;

  /** Without a helper the commands run as they are, and no log can be sealed. */
  constructor(connection: KubeConnection, namespace: string, defaults: PodDefaults, helper?: SealHelper) {
    this.#connection = connection;
    this.#path = jobsPath(namespace);
    this.#defaults = defaults;
    if (helper?.from === 'configmap') this.#seal = new SealInNamespace(connection, namespace, helper);
    else this.#seal = helper && { ensure: () => Promise.resolve(helper) };
  }

  [Symbol.dispose](): void {
    this.#seal?.[Symbol.dispose]?.();
  }

  async ensure(request: JobRequest, signal: AbortSignal): Promise<EnsureOutcome> {
    const refusal = refusalOf(request, this.#seal !== undefined);
    if (refusal !== undefined) return { kind: 'denied', message: refusal };
    const created = await this.#createSealed(request, signal);
    const outcome = created.kind === 'look' ? await this.#look(request, created.because, signal) : created;
    return withWarnings(outcome, [ignoredFault(request, 'on Kubernetes faults are real; lacuna drill makes them')]);
  }

  async #createSealed(request: JobRequest, signal: AbortSignal): Promise<CreateOutcome> {
    let seal: SealMount | undefined;
    try {
      seal = await this.#seal?.ensure(signal);
    } catch (error) {
      return { kind: 'unavailable', message: (error as Error).message };
    }
    return this.#create(request, seal, signal);
  }

  async #create(request: JobRequest, seal: SealMount | undefined, signal: AbortSignal): Promise<CreateOutcome> {
    const body = jobManifest(request, this.#defaults, seal);
    try {
      const call = { method: 'POST', path: this.#path, body, metadataOnly: true } as const;
      return outcomeOfCreate(await this.#connection.call(call, signal));
    } catch (error) {
      // The server may have created it and the answer got lost.
      return { kind: 'look', because: describeError(error) };
    }
  }

  async #look(request: JobRequest, because: string, signal: AbortSignal): Promise<EnsureOutcome> {
    const path = `${this.#path}/${encodeURIComponent(request.name)}`;
    try {
      return outcomeOfLook(await this.#connection.call({ path }, signal), request, because);
    } catch (error) {
      return { kind: 'unavailable', message: `${because}; read back: ${describeError(error)}` };
    }
  }
}
