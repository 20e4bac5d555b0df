import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a program prints; throws what it said when it fails. */
export async function outputOf(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const options = { maxBuffer: 64 * 2 ** 20, ...(cwd === undefined ? {} : { cwd }) };
  const { stdout } = await promisify(execFile)(program, [...args], options);
  return stdout;
}
