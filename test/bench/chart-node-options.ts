import { objectOf, renderChart } from '../support/helm.ts';
import { workloadsOf } from '../support/chart-workloads.ts';

const SHARE = /--max-old-space-size-percentage=(\d+)/;

/**
 * `NODE_OPTIONS` of a service as the chart installs it. Outside of its container there is no memory limit, so the share of it that V8 gets is
 * given in megabytes. Throws when the chart gives none.
 */
export async function chartNodeOptions(service: string): Promise<string> {
  const [workload] = workloadsOf([objectOf(await renderChart(), 'Deployment', `lacuna-${service}`)]);
  const { env = [], resources } = workload!.containers[0]!;
  const options = env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
  const limitMb = /^(\d+)Mi$/.exec(resources?.limits?.['memory'] ?? '')?.[1];
  if (!SHARE.test(options) || limitMb === undefined)
    throw new Error(`the chart bounds no heap of ${service}: ${options}`);
  return options.replace(
    SHARE,
    (_, share) => `--max-old-space-size=${Math.floor((Number(limitMb) * Number(share)) / 100)}`,
  );
}
