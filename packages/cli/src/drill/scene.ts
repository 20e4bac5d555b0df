import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationSpec, EvaluationView } from '@lacuna/contracts';
import type { ServerProcess } from '@lacuna/servers';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedAlert } from '../demo/alert-receiver.ts';
import type { ApartService, ServiceChild } from './service-child.ts';

/** What a drill plays on. What belongs to a platform of its own is absent where the platform is somebody else's. */
export interface Scene {
  readonly client: Client;
  /** Jaeger's query API; undefined when there is none. */
  readonly jaegerUrl: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly own?: OwnScene;
  readonly kubernetes?: KubernetesScene;
}

/** The part of a Kubernetes cluster that a drill may break: a namespace of its own. */
export interface KubernetesScene {
  readonly namespace: string;
  /** Image of the evaluations; it has `sh`. */
  readonly image: string;
  /** A kubeconfig for the same server with another identity, as text. */
  readonly kubeconfigFor: (token: string) => string;
  /** One call to the API server; rejects unless it succeeds. */
  readonly api: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;
}

/** A platform that was started for drills. */
export interface OwnScene {
  readonly natsUrl: string;
  readonly clusterDir: string;
  readonly alerts: readonly ReceivedAlert[];
  readonly services: Readonly<Record<ApartService, ServiceChild>>;
  /** One more process of a service, as a second replica, with settings of its own. */
  readonly replica: (name: ApartService, own?: Readonly<Record<string, string>>) => Promise<ServiceChild>;
  readonly nats: () => ServerProcess;
  readonly jaeger: () => ServerProcess;
}

const POLL_MS = 50;

/** Submits, and says so; `first` is said before it. */
export async function submitted(scene: Scene, spec: EvaluationSpec, first?: string): Promise<EvaluationId> {
  if (first !== undefined) scene.say(first);
  const { id } = await scene.client.submit(spec, { signal: scene.signal });
  scene.say(`submitted ${spec.name} (${id})`);
  return id;
}

/** The evaluation as soon as it is as wanted. Rejects when that takes too long, with what was waited for. */
export async function until(
  scene: Scene,
  id: EvaluationId,
  what: string,
  holds: (view: EvaluationView) => boolean,
): Promise<EvaluationView> {
  return waitFor(scene, what, async () => {
    const view = await scene.client.get(id, { signal: scene.signal });
    return holds(view) ? view : undefined;
  });
}

const WITHIN_MS = 60_000;

/** The first thing that `probe` finds. */
export async function waitFor<T>(scene: Scene, what: string, probe: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline;) {
    const found = await probe();
    if (found !== undefined) return found;
    await delay(POLL_MS, undefined, { signal: scene.signal });
  }
  throw new Error(`${what}: not within ${WITHIN_MS / 1_000} s`);
}

/** Whether a stage of the latest attempt has come to that outcome. */
export function stageIs(view: EvaluationView, stage: string, outcome: string): boolean {
  return view.attempts.at(-1)?.stages.some((one) => one.stage === stage && one.outcome === outcome) === true;
}

/** The Kubernetes of a scene; the catalog sees to it that nobody else asks. */
export function kubernetesOf({ kubernetes }: Scene): KubernetesScene {
  if (kubernetes === undefined) throw new Error('this drill needs a Kubernetes cluster');
  return kubernetes;
}

/** The part of a scene that only a platform of its own has; the catalog sees to it that nobody else asks. */
export function ownOf({ own }: Scene): OwnScene {
  if (own === undefined) throw new Error('this drill needs a platform of its own');
  return own;
}
