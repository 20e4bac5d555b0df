import { startKwok } from '@lacuna/servers';
import type { ControlPlane, Kwok, KwokOptions } from '@lacuna/servers';
import { serverBinary } from './server-binary.ts';

/** Fake nodes in the cluster, on which pods run and end without any process. Dispose it before the control plane. */
export async function startTestKwok(
  controlPlane: ControlPlane,
  options: Pick<KwokOptions, 'nodes' | 'runMs'> = {},
): Promise<Kwok> {
  return startKwok({ ...options, controlPlane, path: await serverBinary('kwok') });
}
