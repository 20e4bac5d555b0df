import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defined } from '@lacuna/contracts';

const BIN = fileURLToPath(new URL('../../bin/lacuna.mjs', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The last line on stderr. */
  readonly last: string;
}

interface RunningLacuna extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly stderr: () => string;
  readonly stdout: () => Buffer;
  readonly outcome: Promise<Outcome>;
}

interface RunOptions {
  readonly url?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file that standard output goes to, instead of being remembered. */
  readonly to?: string;
}

/** Runs the real command line to its end. */
export async function lacuna(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  await using running = startLacuna(args, options);
  return await running.outcome;
}

/** Starts the real command line; it is killed on disposal if it still runs. */
export function startLacuna(args: readonly string[], { url, input, env: more, to }: RunOptions = {}): RunningLacuna {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...defined({ LACUNA_URL: url }), ...more };
  const out = to === undefined ? undefined : openSync(to, 'w');
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['pipe', out ?? 'pipe', 'pipe'] });
  if (out !== undefined) closeSync(out);
  child.stdin?.end(input);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const outcome = once(child, 'close').then(([code]): Outcome => {
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    return { code: code as number | null, stdout: Buffer.concat(stdout), stderr, last };
  });
  return {
    child,
    stderr: () => stderr,
    stdout: () => Buffer.concat(stdout),
    outcome,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await outcome;
    },
  };
}
