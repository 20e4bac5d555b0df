import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { STOP_GRACE_MS, removePidFile, writePidFile } from './pid-file.ts';

/** How a server process ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that runs as our child. Disposing it stops it. */
export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended, wanted or not. Never rejects. */
  readonly exited: Promise<ServerExit>;
  /** The last lines that it said. */
  readonly log: readonly string[];
  /** SIGTERM, and SIGKILL ten seconds later. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when the process has ended. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Settings that the environment may override. */
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly signal?: AbortSignal | undefined;
  readonly onLog: (line: string) => void;
  /** One try to see the server answer that was started at this time; rejects or gives false while it does not. */
  isReady(startedAt: number): Promise<boolean>;
  /** For a program that ends itself when it can't start, and relies on who started it to try again: it is, for as long as it may take to answer. */
  readonly endsItself?: boolean;
}

/** A server that does not answer within this time is taken for broken. A cold start on a busy machine takes a few seconds, tries of one that ends itself included. */
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 20;
const TRY_AGAIN_MS = 1_000;
const KEPT_LOG_LINES = 200;
const TOLD_LOG_LINES = 20;
const LAST_LINES_MS = 250;

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Path of the file in `dataDir` that says which process serves it. */
export const pidFileOf = (name: string, dataDir: string): string => join(dataDir, `${name}.pid`);

/**
 * Starts the program and waits until it answers. Rejects with the end of its log when it ends before that, or never
 * answers; it has ended by then. One that ends itself is started again until the time is over. When `signal` aborts, at any time, the server is stopped.
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  for (const deadline = performance.now() + READY_TIMEOUT_MS; ; await delay(TRY_AGAIN_MS)) {
    command.signal?.throwIfAborted();
    const started = await tryToStart(command, deadline);
    if (!(started instanceof Error)) return started;
    if (command.endsItself !== true || performance.now() > deadline) throw started;
  }
}

async function tryToStart(command: ServerCommand, deadline: number): Promise<ServerProcess | Error> {
  const log: string[] = [];
  const server = launch(command, (line) => {
    log.push(line);
    if (log.length > KEPT_LOG_LINES) log.shift();
    command.onLog(line);
  });
  try {
    await untilReady(command, server.exited, deadline);
  } catch (cause) {
    await server.kill();
    command.signal?.throwIfAborted();
    const said = log.slice(-TOLD_LOG_LINES).join('\n');
    return new Error(`${command.name} did not start: ${(cause as Error).message}\n${said}`, { cause });
  }
  return { ...server, log };
}

function launch(
  { name, path, args, env: settings, dataDir, signal }: ServerCommand,
  onLine: (line: string) => void,
): Omit<ServerProcess, 'log'> {
  // A process group of its own: Ctrl-C in a terminal must reach only us, so that we can drain before our servers go.
  const env = { ...settings, ...process.env, LACUNA_DATA_DIR: dataDir };
  const child = spawn(path, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  const pidFile = pidFileOf(name, dataDir);
  if (child.pid !== undefined) writePidFile(pidFile, child.pid);
  children.add(child);
  const abort = (): void => void end('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });
  const exited = exitOf(child, onLine).finally(() => {
    signal?.removeEventListener('abort', abort);
    children.delete(child);
    removePidFile(pidFile);
  });
  const end = async (first: NodeJS.Signals): Promise<void> => {
    child.kill(first);
    // A paused process takes SIGTERM only when it runs again.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await exited;
    clearTimeout(timer);
  };
  const stop = (): Promise<void> => end('SIGTERM');
  return { pid: child.pid ?? -1, exited, stop, kill: () => end('SIGKILL'), [Symbol.asyncDispose]: stop };
}

/** Waits for the last log lines too, but not for ever: a grandchild may hold the pipes open. */
function exitOf(child: ChildProcess, onLine: (line: string) => void): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => resolve({ code, signal }), LAST_LINES_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
    child.once('error', (error) => {
      onLine(error.message);
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

async function untilReady(command: ServerCommand, exited: Promise<ServerExit>, deadline: number): Promise<void> {
  const startedAt = Date.now();
  const ended = exited.then(({ code, signal }) => {
    throw new Error(signal ? `ended by ${signal}` : code === null ? 'no such program' : `ended with exit code ${code}`);
  });
  while (!(await Promise.race([command.isReady(startedAt).catch(() => false), ended]))) {
    if (performance.now() > deadline) throw new Error(`no answer within ${READY_TIMEOUT_MS} ms`);
    await Promise.race([delay(READY_POLL_MS), ended]);
  }
}
