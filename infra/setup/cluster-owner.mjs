/** Owns the servers of the cluster in the folder of its first argument: they end with it. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import {
  CONTROL_PLANE,
  removeLeftovers,
  resolveBinaries,
  startControlPlane,
  startKwok,
  startRealNode,
} from '../servers/src/index.ts';
import { say } from './say.mjs';

const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);

async function main() {
  const { fakeNodes, realNode, folder } = parse();
  const { paths, message } = await resolveBinaries([...CONTROL_PLANE, 'kwok', 'kubelet'], { build: false });
  if (paths === undefined) throw new Error(message);
  await removeLeftovers(folder, say);
  await using running = new AsyncDisposableStack();
  running.defer(() => removeLeftovers(folder, say));
  const controlPlane = running.use(await startControlPlane({ dataDir: folder, paths, onLog: say }));
  if (fakeNodes > 0) running.use(await startKwok({ controlPlane, path: paths.kwok, nodes: fakeNodes, onLog: say }));
  if (realNode) running.use(await startRealNode({ controlPlane, kubeletPath: paths.kubelet, onLog: say }));
  process.send({});
  await ended;
}

function parse() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'fake-nodes': { type: 'string' }, 'real-node': { type: 'boolean', default: false } },
  });
  // A pod must not land on a fake node by chance when there is a real one.
  const fakeNodes = Number(values['fake-nodes'] ?? (values['real-node'] ? 0 : 1));
  if (!Number.isInteger(fakeNodes) || fakeNodes < 0) throw new Error('--fake-nodes takes a whole number');
  return { fakeNodes, realNode: values['real-node'], folder: positionals[0] };
}

try {
  await main();
} catch (error) {
  say(error.stack);
  process.send?.({ error: error.message });
  process.exitCode = 1;
}
