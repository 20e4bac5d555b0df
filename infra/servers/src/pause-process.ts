import { readdirSync } from 'node:fs';
import { statFields } from './stat-fields.ts';

/** A busy machine takes some milliseconds. */
const WITHIN_MS = 10_000;

/**
 * Stops a process without ending it: whoever asks it hears nothing until it gets a SIGCONT. Returns when none of its threads runs any
 * more: a signal is delivered in the kernel's own time, and until one thread has taken it the others go on answering. Needs `/proc`.
 */
export function pauseProcess(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const deadline = performance.now() + WITHIN_MS;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (!hasStopped(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} did not stop within ${WITHIN_MS} ms`);
    // A millisecond for whoever has to take the signal.
    Atomics.wait(nobody, 0, 0, 1);
  }
}

function hasStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`);
  // One without a file has ended meanwhile.
  return threads.every((thread) => 'TtZX'.includes(statFields(`/proc/${pid}/task/${thread}/stat`)?.[0] ?? 'X'));
}
