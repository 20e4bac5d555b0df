import { beforeAll, expect, test } from 'vitest';
import { selectedBy, workloadsOf, type Workload } from './support/chart-workloads.ts';
import { renderChart, type ChartObject } from './support/helm.ts';
import { SERVICES } from './support/service-process.ts';

interface Budget extends ChartObject {
  readonly spec: { readonly selector: { readonly matchLabels: Record<string, string> } };
}

let objects: ChartObject[];
let workloads: Workload[];
beforeAll(async () => {
  const autoscaling = { enabled: true };
  objects = await renderChart({ submit: { autoscaling }, 'log-collect': { autoscaling } });
  workloads = workloadsOf(objects);
});

test('a disruption budget is there for each workload that runs on, and for its pods only', () => {
  const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget') as Budget[];
  const behind = budgets.map(({ spec }) =>
    selectedBy(spec.selector.matchLabels, workloads)
      .map(({ name }) => name)
      .join(),
  );
  expect(behind.sort()).toEqual([...SERVICES, 'nats'].sort());
});

test('an autoscaler sets the replicas of a Deployment that leaves them to it, by what its containers request', async () => {
  const autoscalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  expect(autoscalers.map(({ metadata }) => metadata.name)).toEqual(['lacuna-log-collect', 'lacuna-submit']);
  for (const { metadata, spec } of autoscalers) {
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }],
    });
    const target = workloads.find(({ kind, name }) => kind === 'Deployment' && `lacuna-${name}` === metadata.name);
    expect(target?.replicas).toBeUndefined();
    expect(target?.containers.map(({ resources }) => resources?.requests?.['cpu'])).toEqual(['100m']);
  }
  const swapped = { submit: { autoscaling: { enabled: true, minReplicas: 7 } } };
  await expect(renderChart(swapped)).rejects.toThrow('submit.autoscaling: minReplicas (7) is above maxReplicas (6)');
});

test('V8 is bounded by the memory limit of each service, unless an installation says otherwise', async () => {
  const optionsOf = (rendered: readonly ChartObject[]) =>
    Object.fromEntries(
      workloadsOf(rendered)
        .filter(({ kind }) => kind === 'Deployment')
        .map(({ name, containers }) => [name, containers[0]?.env?.find((one) => one.name === 'NODE_OPTIONS')?.value]),
    );
  const [usual] = Object.values(optionsOf(objects));
  expect(usual).toMatch(/--max-old-space-size-percentage=\d\d$/);
  expect(optionsOf(objects)).toEqual(Object.fromEntries(SERVICES.map((name) => [name, usual])));
  const own = '--max-old-space-size=1000';
  const others = await renderChart({ dispatch: { env: { NODE_OPTIONS: own } } });
  expect(optionsOf(others)).toMatchObject({ dispatch: own, submit: usual });
});
