import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { promisify } from 'node:util';

const PROGRAM = '/usr/bin/promtool';

/** Runs Prometheus' own checker, as Debian ships it; rejects with its words. In CI a missing one is an error; elsewhere the answer is `undefined`. */
export async function promtool(args: readonly string[]): Promise<string | undefined> {
  try {
    accessSync(PROGRAM);
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    return undefined;
  }
  const { stdout } = await promisify(execFile)(PROGRAM, args);
  return stdout;
}
