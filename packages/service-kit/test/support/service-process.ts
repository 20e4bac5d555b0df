import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@lacuna/testing';

/** A line of a service's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A fixture of this package, running as a process of its own. Disposing it kills it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly lines: readonly LogLine[];
  /** The first line of which this holds, once it is there. */
  line(what: string, holds: (line: LogLine) => boolean): Promise<LogLine>;
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): void;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
}

export function startProcess(fixture: string, env: Readonly<Record<string, string>> = {}): ServiceProcess {
  const lines: LogLine[] = [];
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'fixtures', fixture)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as LogLine));
  createInterface(child.stderr).on('line', (line) => lines.push({ stderr: line }));
  return {
    lines,
    line: (what, holds) =>
      eventually(
        what,
        () =>
          lines.find(holds) ?? (child.exitCode === null ? undefined : Promise.reject(new Error(JSON.stringify(lines)))),
        { withinMs: 60_000 },
      ),
    kill: (signal) => void child.kill(signal),
    exit,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
