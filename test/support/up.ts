import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createClient, type Client } from '@lacuna/client';
import { freePort, tempDir } from '@lacuna/testing';
import { LACUNA } from './run-cli.ts';
import { OUTER_ENV } from './outer-env.ts';

/** `lacuna up` as a user starts it, in a folder of its own. Disposing it sends SIGTERM and waits. */
export interface Up extends AsyncDisposable {
  readonly pid: number;
  readonly dataDir: string;
  /** What it told on standard error so far. */
  readonly told: () => string;
  readonly http: string;
  readonly nats: string;
  readonly jaeger: string | null;
  readonly client: Client;
}

/** `commandIn`: what runs it, such as in a namespace, for its data folder. */
export async function startUp(
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
  commandIn: (dataDir: string) => readonly string[] = () => [],
): Promise<Up> {
  const dir = await tempDir();
  const args = ['up', '--json', '--port', String(await freePort()), '--data', dir.path, ...options];
  const [program = '', ...rest] = [...commandIn(dir.path), process.execPath, LACUNA, ...args];
  const child = spawn(program, rest, {
    env: { ...OUTER_ENV, LACUNA_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    process.stderr.write(chunk);
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => [undefined]),
  ])) as [string | undefined];
  if (line === undefined)
    throw new Error(`lacuna up ended with ${child.exitCode ?? child.signalCode} before it was ready`);
  const addresses = JSON.parse(line) as { http: string; nats: string; jaeger: string | null };
  return {
    pid: child.pid ?? -1,
    dataDir: dir.path,
    told: () => told,
    ...addresses,
    client: createClient({ url: addresses.http }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      await dir[Symbol.asyncDispose]();
    },
  };
}
