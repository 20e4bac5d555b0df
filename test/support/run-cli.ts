import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OUTER_ENV } from './outer-env.ts';

/** The command line, to be run with Node. */
export const LACUNA = fileURLToPath(new URL('../../packages/cli/bin/lacuna.mjs', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line, run as a user runs it, to its end; without colours, which the test runner asks for in CI. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const options = { maxBuffer: 16 * 1024 * 1024, env: { ...OUTER_ENV, NO_COLOR: '1', ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [LACUNA, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
