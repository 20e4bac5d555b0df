import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@lacuna/testing';

export type ServiceName = 'submit' | 'dispatch' | 'k8s-watch' | 'log-collect' | 'trace-audit';
export const SERVICES: readonly ServiceName[] = ['submit', 'dispatch', 'k8s-watch', 'log-collect', 'trace-audit'];

/** One service as a process of its own, as it runs in production: `node services/x/src/main.ts`, configured by its environment. */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(name: ServiceName, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.#env = env;
  }

  /** What it printed lately; for the message of a failed test. */
  get output(): string {
    return this.#output.slice(-4_000);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  start(): void {
    const main = fileURLToPath(new URL(`../../services/${this.name}/src/main.ts`, import.meta.url));
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...this.#env };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => void (this.#output = (this.#output + chunk.toString()).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
  }

  /** Waits until its `/readyz` says 200. */
  async ready(): Promise<void> {
    const port = this.#env['LACUNA_HEALTH_PORT'] ?? this.#env['LACUNA_PORT'];
    await eventually(
      `${this.name} ready`,
      async () => {
        if (!this.running) throw new Error(`${this.name} ended: ${this.output}`);
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
        if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
        return true;
      },
      { withinMs: 150_000 },
    );
  }

  /** A metric without labels, as Prometheus would read it. */
  async metric(name: string): Promise<number> {
    return Number(new RegExp(`^${name} (.+)$`, 'm').exec(await this.metrics())?.[1]);
  }

  /** What Prometheus would read. */
  async metrics(): Promise<string> {
    const port = this.#env['LACUNA_HEALTH_PORT'] ?? this.#env['LACUNA_PORT'];
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }

  /** Ends it like a power cut. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it in good order; returns the exit code, or the signal that ended it. */
  async stop(): Promise<number | string | null> {
    return this.#end('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<number | string | null> {
    const child = this.#child;
    if (child === undefined || !this.running) return child?.exitCode ?? child?.signalCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode ?? child.signalCode;
  }
}
