import type { ChartObject } from './helm.ts';
import type { Endpoint } from './stand-ins.ts';

/** What a Deployment, a StatefulSet, a Job or a CronJob of the chart makes pods of. */
export interface Workload extends Endpoint {
  readonly kind: string;
  /** Its component, such as `dispatch`. */
  readonly name: string;
  readonly replicas: number | undefined;
  readonly containers: readonly ChartContainer[];
  readonly volumes: readonly { readonly name: string }[];
}

interface ChartContainer {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

interface WorkloadObject extends ChartObject {
  readonly spec: WorkloadSpec | { readonly jobTemplate: { readonly spec: WorkloadSpec } };
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: Pick<Workload, 'containers'> & { readonly volumes?: Workload['volumes'] };
  };
}

const KINDS = ['Deployment', 'StatefulSet', 'Job', 'CronJob'];

/** All of them, by the objects that helm gives. */
export function workloadsOf(objects: readonly ChartObject[]): Workload[] {
  const found = objects.filter(({ kind }) =>
    KINDS.includes(kind),
  ) as readonly ChartObject[] as readonly WorkloadObject[];
  return found.map(({ kind, metadata, ...object }) => {
    const spec = 'jobTemplate' in object.spec ? object.spec.jobTemplate.spec : object.spec;
    const { labels } = spec.template.metadata;
    const { containers, volumes = [] } = spec.template.spec;
    const ports = containers.flatMap((container) => container.ports ?? []);
    return {
      kind,
      name: labels['app.kubernetes.io/component'] ?? '',
      namespace: metadata.namespace ?? '',
      labels,
      ports: Object.fromEntries(ports.map(({ name, containerPort }) => [name, containerPort])),
      replicas: spec.replicas,
      containers,
      volumes,
    };
  });
}

/** What its containers are given as plain values. */
export const envOf = ({ containers }: Workload): Readonly<Record<string, string>> =>
  Object.fromEntries(
    containers.flatMap(({ env = [] }) =>
      env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
  );

/** Those whose pods have these labels. */
export const selectedBy = (labels: Readonly<Record<string, string>>, workloads: readonly Workload[]): Workload[] =>
  workloads.filter((workload) => Object.entries(labels).every(([name, value]) => workload.labels[name] === value));
