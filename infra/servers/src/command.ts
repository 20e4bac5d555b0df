import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a command went. `output` is the end of stdout and stderr together. */
type CommandResult =
  | { readonly kind: 'ok'; readonly output: string }
  | { readonly kind: 'failed'; readonly output: string; readonly reason: string };

interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: URL;
  readonly signal?: AbortSignal | undefined;
  /** Called with the pid as soon as the process exists. */
  readonly onStart?: (pid: number) => void;
  readonly onLine?: (line: string) => void;
}

/** Lines kept for a failure message. */
const KEPT_LINES = 30;

/** Runs a program to its end. Rejects only when `signal` aborts; the program has ended by then. */
export async function runCommand(
  path: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const lines: string[] = [];
  const child = spawn(path, args, {
    env: options.env,
    ...(options.cwd && { cwd: options.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(options.signal && { signal: options.signal }),
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    });
  }
  const reason = await endOf(child);
  options.signal?.throwIfAborted();
  const output = lines.join('\n');
  return reason === undefined ? { kind: 'ok', output } : { kind: 'failed', output, reason };
}

/** Undefined after exit code 0, otherwise why it did not end so. Waits for the pipes too, so no last line is lost. */
function endOf(child: ReturnType<typeof spawn>): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined;
    child.on('error', (error) => (failure = error.message));
    child.on('close', (code, signal) => {
      resolve(failure ?? (code === 0 ? undefined : signal ? `killed by ${signal}` : `exit code ${code}`));
    });
  });
}
