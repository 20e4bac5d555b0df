import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A machine in a folder: its PATH holds only the programs a test puts there, its cache is its own. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** Puts a shell script on PATH; `$SANDBOX` is the folder. Returns its path. */
  addProgram(name: string, script: string): Promise<string>;
  /** Lines that programs have written to `$SANDBOX/<name>`. */
  lines(name: string): Promise<string[]>;
  writeFile(name: string, content: string): Promise<void>;
}

export async function sandbox(): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), `lacuna-test-${process.pid}-`));
  const [bin, cache] = [join(folder, 'bin'), join(folder, 'cache')];
  await mkdir(bin);
  return {
    folder,
    cache,
    env: { PATH: bin, HOME: folder, LACUNA_CACHE: cache, SANDBOX: folder },
    async addProgram(name, script) {
      const path = join(bin, name);
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      return path;
    },
    async lines(name) {
      const path = join(folder, name);
      return existsSync(path) ? (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '') : [];
    },
    writeFile: (name, content) => writeFile(join(folder, name), content),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

/**
 * A stand-in for `go build`: notes each call in `$SANDBOX/builds`, writes half a binary, and finishes it once
 * `$SANDBOX/gate` exists. The binary says the version it was given.
 */
export const fakeGo = (version: string): string => `
echo "$$ $*" >> "$SANDBOX/builds"
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out=$2; fi; shift; done
printf '#!/bin/sh\\necho half' > "$out"; /bin/chmod +x "$out"
echo 'go: downloading example.org/module v1.0.0' >&2
while [ ! -e "$SANDBOX/gate" ]; do /bin/sleep 0.02; done
printf '#!/bin/sh\\necho v${version}\\n' > "$out"`;

/** Waits until `probe` gives true; the bound is for a busy machine. */
export async function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 20_000; !(await probe()); await delay(20)) {
    if (performance.now() > deadline) throw new Error(`${what}: not within 20 s`);
  }
}
