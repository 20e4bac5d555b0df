import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this folder in the network of a process of the node, such as that of a pod. It is told `what` as JSON by its argument, and says
 * when it is ready by a first word. Disposing it kills it.
 */
export async function startInNetwork(pid: number, script: string, what: object): Promise<AsyncDisposable> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const enter = [`--target=${pid}`, '--net', process.execPath, path, JSON.stringify(what)];
  const child = spawn('nsenter', enter, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [word] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown];
  if (!Buffer.isBuffer(word)) throw new Error(`${script} did not start: exit code ${String(word)}`);
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
