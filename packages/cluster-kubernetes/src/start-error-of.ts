import type { ApiPod } from './api-objects.ts';
import { MAIN_CONTAINER } from './job-manifest.ts';
import { SEAL } from './seal-mount.ts';

/**
 * What the runtime says of a start that fails again wherever it is tried: a working directory that is a file or closed to its user (one that is not there
 * is made), and less memory than a start takes. Source: `finalizeNamespace` and `process_linux.go` of runc.
 */
const OF_THE_SPEC = /not a directory|chdir to cwd|container init was OOM-killed/;
/** What it says when whoever asked for the start, the kubelet, is gone or has no patience left. Source: `StartContainer` of containerd's CRI plugin. */
const BROKEN_OFF = /failed to (create|start) \w+ task.*context (canceled|deadline exceeded)/;

/**
 * Whose fault it is that the runtime could not start a container: what was to run is a `StartError`, its node `StartInterrupted`. The helper starts
 * the command itself and tells in its seal when that fails, so what the runtime fails to start under it is the helper: the fault of the node, in
 * any of the runtime's many words. Without the helper only few of them tell.
 */
export function startErrorOf({ spec }: ApiPod, message = ''): 'StartError' | 'StartInterrupted' {
  const main = spec?.containers?.find(({ name }) => name === MAIN_CONTAINER);
  const isOfNode = main?.command?.[0] === SEAL ? !OF_THE_SPEC.test(message) : BROKEN_OFF.test(message);
  return isOfNode ? 'StartInterrupted' : 'StartError';
}
