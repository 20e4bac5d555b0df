import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@lacuna/servers';

/** A service that a drill may stop: a process of its own, as in production. */
export type ApartService = 'dispatch' | 'log-collect';

const READY_MS = 60_000;
const POLL_MS = 50;
const STOP_MS = 10_000;

/** One service as a process of its own. Disposing it ends it, also while it is paused. */
export class ServiceChild implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Starts it and waits until it is ready. Rejects when it ends before that. */
  static async start(
    name: ApartService,
    settings: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<ServiceChild> {
    const main = new URL('main.ts', import.meta.resolve(`@lacuna/${name}`));
    const port = String(await freePort());
    const env = { ...process.env, LACUNA_LOG_LEVEL: 'warn', ...settings, LACUNA_HEALTH_PORT: port };
    const spawned = new ServiceChild(spawn(process.execPath, [main.pathname], { env, stdio: 'ignore' }));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]);
    while (!(await answersReady(port))) {
      if (spawned.#child.exitCode !== null) throw new Error(`${name} ended with ${spawned.#child.exitCode}`);
      await delay(POLL_MS, undefined, { signal: deadline });
    }
    return spawned;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops it without ending it: it keeps its connections and does nothing. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    this.resume();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}

function answersReady(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
