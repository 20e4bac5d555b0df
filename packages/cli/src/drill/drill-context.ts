import type { Client } from '@lacuna/client';
import type { ServerProcess } from '@lacuna/servers';
import type { ReceivedAlert } from '../demo/alert-receiver.ts';
import type { ApartService, ServiceChild } from './service-child.ts';

/** The platform that a drill works on. What only a disposable one has is absent where the platform is somebody else's. */
export interface DrillContext {
  readonly client: Client;
  /** Jaeger's query API; undefined when there is none. */
  readonly jaegerUrl: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly own?: OwnPlatform;
  readonly kubernetes?: DrillNamespace;
}

/** A platform that was started for drills. */
export interface OwnPlatform {
  readonly natsUrl: string;
  readonly clusterDir: string;
  readonly alerts: readonly ReceivedAlert[];
  readonly services: Readonly<Record<ApartService, ServiceChild>>;
  /** One more process of a service, as a second replica, with settings of its own. */
  readonly replica: (name: ApartService, own?: Readonly<Record<string, string>>) => Promise<ServiceChild>;
  readonly nats: () => ServerProcess;
  readonly jaeger: () => ServerProcess;
}

/** The part of a Kubernetes cluster that a drill may break: a namespace of its own. */
export interface DrillNamespace {
  readonly namespace: string;
  /** Image of the evaluations; it has `sh`. */
  readonly image: string;
  /** A kubeconfig for the same server with another identity, as text. */
  readonly kubeconfigFor: (token: string) => string;
  /** One call to the API server; rejects unless it succeeds. */
  readonly api: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;
}

/** The platform of its own that a drill needs; the catalog sees to it that it has one. */
export function ownPlatformOf({ own }: DrillContext): OwnPlatform {
  if (own === undefined) throw new Error('this drill needs a platform of its own');
  return own;
}

/** The namespace that a drill needs; the catalog sees to it that it has one. */
export function namespaceOf({ kubernetes }: DrillContext): DrillNamespace {
  if (kubernetes === undefined) throw new Error('this drill needs a Kubernetes cluster');
  return kubernetes;
}
