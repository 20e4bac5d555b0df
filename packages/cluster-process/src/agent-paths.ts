import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where the agent of one directory keeps its things. The same for every process that names the same directory. */
export interface AgentPaths {
  readonly dir: string;
  readonly socket: string;
  /** Abstract socket name: the kernel frees it with its owner, so a lock can never be stale. */
  readonly lock: string;
  readonly journal: string;
  readonly logs: string;
  readonly fifos: string;
  /** What the agent itself prints. */
  readonly output: string;
}

/** Linux: `sun_path` has 108 bytes with the final NUL. */
const MAX_SOCKET_PATH = 107;

/** Makes the directory (0700) if it is not there, and names what is in it. */
export function agentPaths(directory: string): AgentPaths {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const dir = realpathSync(directory);
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 32);
  const socket = join(dir, 'agent.sock');
  return {
    dir,
    socket: Buffer.byteLength(socket) <= MAX_SOCKET_PATH ? socket : join(privateTemporary(), `${hash}.sock`),
    lock: `\0lacuna-agent-${hash}`,
    journal: join(dir, 'journal.ndjson'),
    logs: join(dir, 'logs'),
    fifos: join(dir, 'fifos'),
    output: join(dir, 'agent.log'),
  };
}

/** Where the log of a pod's container is written to. */
export function logPath({ logs }: AgentPaths, podUid: string): string {
  return join(logs, `${podUid}.log`);
}

/** Where the report file of a pod is kept, beside its log. */
export function reportPath({ logs }: AgentPaths, podUid: string): string {
  return join(logs, `${podUid}.report`);
}

/** A directory of our own below the shared one: env values go through the socket, so nobody else may be able to put one there. */
function privateTemporary(): string {
  const { uid } = userInfo();
  const path = join(tmpdir(), `lacuna-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new Error(`${path} must be a directory of user ${uid} that nobody else can enter; remove it or set TMPDIR`);
  }
  return path;
}
