import type { JobRequest } from '@lacuna/cluster';
import { defined, type Seal } from '@lacuna/contracts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Exit } from './exit.ts';
import { killGroup } from './kill-group.ts';
import { OutputCapture, type CaptureOptions } from './output-capture.ts';
import type { Pipe } from './fifo-pool.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { nowMs } from './now-ms.ts';

export type StartOutcome =
  | { readonly kind: 'started'; readonly container: Container }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException };

/** How long the output may stay open after the end; a live writer at that bound has left the group and is not ours to wait for. */
const DRAIN_BOUND_MS = 2_000;
/** Node's timers end at once when they are asked for more. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** One process in a group of its own, with one pipe for stdout and stderr, or one for each, and nothing on stdin. */
export class Container {
  readonly process: ProcessIdentity;
  readonly output: OutputCapture;
  readonly exited: Promise<Exit>;
  #running = true;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, process: ProcessIdentity, output: OutputCapture) {
    this.process = process;
    this.output = output;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false;
        clearTimeout(this.#killTimer);
        const how = signal === null ? { exitCode: code ?? 0 } : { signal };
        resolve({ at: nowMs(), ...how });
      });
    });
  }

  get id(): string {
    return `process://${this.process.pid}-${this.process.startTicks}`;
  }

  /** TERM to all of the group, and KILL after the grace if the command is still there. */
  terminate(graceMs: number): void {
    if (!this.#running) return;
    killGroup(this.process.pid, 'SIGTERM');
    this.#killTimer ??= setTimeout(() => this.kill(), Math.min(graceMs, MAX_TIMER_MS));
  }

  kill(): void {
    if (this.#running) killGroup(this.process.pid, 'SIGKILL');
  }

  /** After the exit: ends all that the command left in its group, as the end of PID 1 ends a container, and gives the seal of its output. */
  async finish(exit: Exit): Promise<Seal> {
    // Safe although the leader is reaped: pids are given out in a circle, so its number is in no other hands yet.
    killGroup(this.process.pid, 'SIGKILL');
    return this.output.seal(exit, DRAIN_BOUND_MS);
  }
}

/** Starts the command; a command that cannot be started is an outcome. Takes over the pipes in any case: one for both streams, or two. */
export async function startContainer(
  request: JobRequest,
  env: Readonly<Record<string, string>>,
  pipes: readonly [stdout: Pipe, stderr: Pipe | undefined],
  capture: CaptureOptions,
): Promise<StartOutcome> {
  const [stdout, stderr = stdout] = pipes;
  const spawned = spawnInGroup(request, env, [stdout.writeFd, stderr.writeFd]);
  const opened = [...new Set([stdout, stderr])];
  for (const { writeFd } of opened) closeSync(writeFd);
  if (spawned instanceof Error || spawned.pid === undefined) {
    for (const { readFd } of opened) closeSync(readFd);
    const error = spawned instanceof Error ? spawned : ((await once(spawned, 'error'))[0] as Error);
    return { kind: 'failed', error };
  }
  const process = identify(spawned.pid);
  if (process === undefined) throw new Error(`process ${spawned.pid} was spawned but is not in /proc`);
  const sockets = opened.map(({ readFd: fd }) => new Socket({ fd, readable: true, writable: false }));
  return { kind: 'started', container: new Container(spawned, process, new OutputCapture(sockets, capture)) };
}

/** Node reports some failures by throwing and others by an event: the caller gets either. */
function spawnInGroup(
  { command, workdir }: JobRequest,
  env: Readonly<Record<string, string>>,
  outputs: readonly [number, number],
): ChildProcess | Error {
  const [program = '', ...args] = command;
  try {
    return spawn(program, args, {
      env,
      detached: true,
      stdio: ['ignore', ...outputs],
      ...defined({ cwd: workdir }),
    });
  } catch (error) {
    return error as Error;
  }
}
