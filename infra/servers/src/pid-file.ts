import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLineOf, identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Who runs on a data folder, and which process started it. */
interface PidFile {
  readonly server: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

/** A server that does not end after SIGTERM is killed after this time. */
export const STOP_GRACE_MS = 10_000;

/** `owner` is the process that started the server and will stop it: we, unless told. */
export function writePidFile(path: string, pid: number, owner = process.pid): void {
  const content: PidFile = { server: identify(pid), owner: identify(owner) };
  writeFileSync(path, JSON.stringify(content));
}

export const removePidFile = (path: string): void => rmSync(path, { force: true });

/**
 * Stops the server that a killed process left running on `dataDir`. A child can't be made to die with its parent, and two
 * servers on one folder would destroy it. Rejects when the owner still lives: then the folder is in use, not left over.
 */
export async function stopLeftover(path: string, dataDir: string, onLog: (line: string) => void): Promise<void> {
  const leftover = readPidFile(path);
  if (leftover === undefined || !isRunning(leftover.server)) return;
  const { pid } = leftover.server;
  // Without /proc the command line is unknown and the pid may be somebody else's by now: better a clear error later.
  if (commandLineOf(pid)?.includes(dataDir) !== true) return;
  if (isRunning(leftover.owner))
    throw new Error(
      `${dataDir} is in use by process ${leftover.owner.pid} (server ${pid}); stop that one, or use another folder`,
    );
  onLog(`stopping process ${pid}, left over on ${dataDir} by process ${leftover.owner.pid}, which has died`);
  // A paused process takes SIGTERM only when it runs again.
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) send(pid, signal);
  if (!(await endsWithin(leftover.server, STOP_GRACE_MS))) send(pid, 'SIGKILL');
  if (!(await endsWithin(leftover.server, STOP_GRACE_MS)))
    throw new Error(`process ${pid} on ${dataDir} can't be stopped`);
}

/** The process may end between the look and the signal. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endsWithin(server: ProcessIdentity, withinMs: number): Promise<boolean> {
  for (const startedAt = performance.now(); performance.now() - startedAt < withinMs; await delay(20)) {
    if (!isRunning(server)) return true;
  }
  return false;
}

function readPidFile(path: string): PidFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PidFile;
  } catch {
    return undefined;
  }
}
