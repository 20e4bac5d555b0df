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
  readonly #spawn: () => Promise<ChildProcess>;
  #child: ChildProcess;

  private constructor(run: () => Promise<ChildProcess>, child: ChildProcess) {
    this.#spawn = run;
    this.#child = child;
  }

  /** Starts it and waits until it is ready. Rejects when it ends before that. */
  static async start(
    name: ApartService,
    settings: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<ServiceChild> {
    const run = (): Promise<ChildProcess> => spawnReady(name, settings, signal);
    return new ServiceChild(run, await run());
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

  /** Ends it as a crash does; resolves when it is gone. */
  async kill9(): Promise<void> {
    const exited = this.#exited();
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Starts it anew behind its end, and waits until it is ready. */
  async startAgain(): Promise<void> {
    this.#child = await this.#spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = this.#exited();
    this.#child.kill('SIGTERM');
    this.resume();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }

  async #exited(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit');
  }
}

async function spawnReady(
  name: ApartService,
  settings: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<ChildProcess> {
  const main = new URL('main.ts', import.meta.resolve(`@lacuna/${name}`));
  const port = String(await freePort());
  const env = { ...process.env, LACUNA_LOG_LEVEL: 'warn', ...settings, LACUNA_HEALTH_PORT: port };
  const child = spawn(process.execPath, [main.pathname], { env, stdio: 'ignore' });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]);
  try {
    while (!(await answersReady(port))) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      await delay(POLL_MS, undefined, { signal: deadline });
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return child;
}

function answersReady(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
