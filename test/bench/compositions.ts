import { startSystem } from '../support/system.ts';
import { startUp } from '../support/up.ts';
import type { Target } from './evaluation-load.ts';
import type { LoadCluster } from './load-cluster.ts';

type Running = Target & AsyncDisposable;

/** The two ways to run all services, on the given cluster with so many slots, each with its own nats-server and Jaeger. */
export const COMPOSITIONS: Readonly<
  Record<string, (cluster: LoadCluster, slots: number, env?: Readonly<Record<string, string>>) => Promise<Running>>
> = {
  async 'one process'({ kubeconfig }, slots, more = {}) {
    const args = ['--cluster', 'kubernetes', '--kubeconfig', kubeconfig];
    const up = await startUp({ LACUNA_CAPACITY: String(slots), ...more }, args);
    if (up.jaeger === null) throw new Error('there is no Jaeger, and traces are part of what is measured');
    return { ...up, jaeger: up.jaeger };
  },
  async 'five processes'({ kubeconfig }, slots, more = {}) {
    const env = { LACUNA_CLUSTER: 'kubernetes', LACUNA_KUBECONFIG: kubeconfig, LACUNA_CAPACITY: String(slots) };
    const system = await startSystem({ env: { ...env, ...more } });
    const { client, nats, jaeger } = system;
    const dispose = async (): Promise<void> => system[Symbol.asyncDispose]();
    return { client, nats: nats.url, jaeger: jaeger.queryUrl, [Symbol.asyncDispose]: dispose };
  },
};
