import { CONTROL_PLANE, startControlPlane } from '@lacuna/servers';
import type { ControlPlane, ControlPlaneOptions } from '@lacuna/servers';
import { serverBinaries } from './server-binary.ts';
import { tempDir } from './temp-dir.ts';

/**
 * A real etcd, API server, controller manager and scheduler on a folder of their own, ready in about five seconds. There is
 * no node: pods wait. Disposing it kills the processes and removes the folder.
 */
export async function startTestControlPlane(
  options: Pick<ControlPlaneOptions, 'limits' | 'users'> = {},
): Promise<ControlPlane> {
  const paths = await serverBinaries(CONTROL_PLANE);
  await using starting = new AsyncDisposableStack();
  const { path: dataDir } = starting.use(await tempDir());
  const controlPlane = starting.use(await startControlPlane({ ...options, paths, dataDir }));
  const running = starting.move();
  return { ...controlPlane, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
