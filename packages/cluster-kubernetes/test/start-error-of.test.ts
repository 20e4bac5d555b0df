import { expect, test } from 'vitest';
import { jobManifest } from '../src/job-manifest.ts';
import { startErrorOf } from '../src/start-error-of.ts';
import { REQUEST } from './objects.ts';

const SEAL = { architecture: 'amd64', from: 'configmap', configMap: 'seal' } as const;
const pod = (...seal: [] | [typeof SEAL]) => ({ spec: jobManifest(REQUEST, {}, ...seal).spec!.template.spec! });

/** What containerd said when its kubelet was killed, when its node was out of memory or disk, and what nobody has seen it say. */
const OF_THE_NODE = [
  'failed to create containerd task: failed to create shim task: context canceled: unknown',
  'failed to start containerd task "5b2c": context deadline exceeded: unknown',
  'failed to create containerd task: failed to start shim: start failed: : signal: killed: unknown',
  'failed to create containerd task: failed to mount rootfs component: no space left on device: unknown',
  'runc create failed: unable to start container process: exec: "/.lacuna/seal": stat /.lacuna/seal: no such file or directory',
  'words of tomorrow',
  undefined,
];
const OF_THE_SPEC = [
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: mkdir /etc/passwd: not a directory: unknown',
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: chdir to cwd ("/root") set in config.json failed: permission denied: unknown',
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
];

test('J15, J29: what the runtime cannot start under the helper is the fault of the node, in whatever words', () => {
  expect(OF_THE_NODE.map((words) => startErrorOf(pod(SEAL), words))).toEqual(OF_THE_NODE.map(() => 'StartInterrupted'));
});

test('J15: but for what the spec asks of the runtime itself', () => {
  expect(OF_THE_SPEC.map((words) => startErrorOf(pod(SEAL), words))).toEqual(OF_THE_SPEC.map(() => 'StartError'));
});

test('J15, J29: without the helper only words tell a start that was broken off from a command that cannot start', () => {
  expect([...OF_THE_NODE, ...OF_THE_SPEC].map((words) => startErrorOf(pod(), words))).toEqual([
    'StartInterrupted',
    'StartInterrupted',
    ...Array<string>(8).fill('StartError'),
  ]);
});
