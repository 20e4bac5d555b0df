import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('reached-from.mjs', import.meta.url));

/** Those of the addresses `host:port` that take a TCP connection from the network of a process, such as that of a pod. */
export async function reachedFrom(pid: number, addresses: readonly string[]): Promise<string[]> {
  const enter = [`--target=${pid}`, '--net', process.execPath, SCRIPT, JSON.stringify(addresses)];
  const { stdout } = await promisify(execFile)('nsenter', enter);
  return JSON.parse(stdout) as string[];
}
