import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES } from './architecture.ts';

export const SOURCES = fileURLToPath(new URL('../zig/', import.meta.url));

/** The pinned compiler: its version, and the hash of its package for each platform. */
export const REQUIREMENTS = fileURLToPath(new URL('../requirements.txt', import.meta.url));

/** With every check of the language: what would be undefined behaviour ends the program. It is fast enough all the same. */
export const OPTIMIZE = [
  '-O',
  'ReleaseSafe',
  '-fstrip',
  '-fsingle-threaded',
  // The start code raises the limit of the stack to this, and the command would inherit it: lower than any limit, it changes nothing.
  '--stack',
  '65536',
] as const;

/** Version of the compiler. */
export function compilerVersion(): string {
  const version = /^ziglang==([\d.]+)/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${REQUIREMENTS} pins no ziglang`);
  return version;
}

/** Of all that decides what the programs are. */
export function sourceHash(): string {
  const hash = createHash('sha256').update(JSON.stringify([ARCHITECTURES, OPTIMIZE, compilerVersion()]));
  for (const name of readdirSync(SOURCES).sort()) hash.update(name).update(readFileSync(SOURCES + name));
  return hash.digest('hex').slice(0, 12);
}
