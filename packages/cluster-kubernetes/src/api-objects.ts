/**
 * What is read of Kubernetes' objects, as their JSON has it. Typed clients turn times into `Date` and lose their microseconds, and take six
 * times as long for a large list, so lists and watches stay raw. Nothing from outside is trusted to be there.
 */
export interface ObjectMeta {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind?: string; readonly uid?: string }[];
  /** Who wrote which fields, and when. */
  readonly managedFields?: readonly { readonly time?: string }[];
}

export interface ApiObject {
  readonly metadata?: ObjectMeta;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ApiJob extends ApiObject {
  readonly spec?: { readonly suspend?: boolean; readonly parallelism?: number };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface ContainerSpec {
  readonly name?: string;
  readonly command?: readonly string[];
}

export interface ApiPod extends ApiObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly activeDeadlineSeconds?: number;
    readonly restartPolicy?: string;
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ApiNode extends ApiObject {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
    readonly daemonEndpoints?: { readonly kubeletEndpoint?: { readonly Port?: number } };
  };
}

export interface ContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly containerID?: string;
  readonly restartCount?: number;
  /** Of the container before this one. */
  readonly lastState?: { readonly terminated?: Terminated };
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: Terminated;
  };
}

export interface Terminated {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly containerID?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

export interface ApiEvent extends ApiObject {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly eventTime?: string | null;
  readonly lastTimestamp?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
}

/** A condition that holds. */
export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** Unix milliseconds of an API time; undefined for none and for the epoch, which stands for "never" in a container's status. */
export function timeOf(text: string | null | undefined): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : NaN;
  return time > 0 ? time : undefined;
}

/** When an object was created; 0 for one that does not say, which no API server sends. */
export function createdAt({ metadata }: ApiObject): number {
  return timeOf(metadata?.creationTimestamp) ?? 0;
}

/** When an object was last written by anybody, as far as it says. */
export function lastWrittenAt(object: ApiObject): number {
  const times = object.metadata?.managedFields?.map(({ time }) => timeOf(time) ?? 0) ?? [];
  return Math.max(createdAt(object), ...times);
}

/** When deletion was asked for: `deletionTimestamp` lies the grace period behind that. */
export function deletionRequestedAt({ metadata }: ApiObject): number | undefined {
  const end = timeOf(metadata?.deletionTimestamp);
  return end === undefined ? undefined : end - (metadata?.deletionGracePeriodSeconds ?? 0) * 1_000;
}

/**
 * Whether deletion was asked for before something ended. Both are whole seconds; in the same one, a grace period tells that it still ran,
 * because what has ended is deleted with none.
 */
export function wasDeletedBefore(object: ApiObject, endedAt: number): boolean {
  const requestedAt = deletionRequestedAt(object) ?? Infinity;
  return requestedAt < endedAt || (requestedAt === endedAt && (object.metadata?.deletionGracePeriodSeconds ?? 0) > 0);
}
