import { applyManifest, startTestControlPlane, type ControlPlane } from '@lacuna/testing';
import { CHART, helm, type HelmRun } from './helm.ts';

/** All that can be switched on. */
export const EVERYTHING = {
  nats: { replicas: 3 },
  submit: { autoscaling: { enabled: true } },
  'log-collect': { autoscaling: { enabled: true }, nodeFiles: { enabled: true, caConfigMap: 'kubelet-ca' } },
  evaluations: { allowedImages: ['localhost/'] },
  otlpUrl: 'http://jaeger.tracing:4318',
};

const RESTRICTED = Object.fromEntries(
  ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
);

/** The chart with all that can be switched on, in a real API server. */
interface InstalledChart extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  /** How the installation went. */
  readonly installed: HelmRun;
  upgrade(values: object, ...flags: readonly string[]): Promise<HelmRun>;
}

/** Its namespace, `lacuna`, has the restricted Pod Security Standard enforced. No pod of it runs: there is no node. */
export async function installChart(): Promise<InstalledChart> {
  await using starting = new AsyncDisposableStack();
  const controlPlane = starting.use(await startTestControlPlane());
  const metadata = { name: 'lacuna', labels: RESTRICTED };
  await applyManifest(controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const run = (command: 'install' | 'upgrade', values: object, flags: readonly string[] = []): Promise<HelmRun> =>
    helm(
      [command, 'lacuna', CHART, '--namespace', 'lacuna', '--kubeconfig', controlPlane.kubeconfig, ...flags],
      values,
    );
  const installed = await run('install', EVERYTHING);
  const stack = starting.move();
  return {
    controlPlane,
    installed,
    upgrade: (values, ...flags) => run('upgrade', values, flags),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
