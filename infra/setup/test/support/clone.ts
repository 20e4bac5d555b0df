import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the command line of the clone does: says what it was given, and waits for SIGTERM when it is told to. */
const LACUNA = `
import { execFileSync } from 'node:child_process';
const args = process.argv.slice(2);
if (args.includes('wait')) {
  process.on('SIGTERM', () => process.exit(5));
  setInterval(() => {}, 1000);
} else process.exitCode = 7;
console.log(JSON.stringify({ args, nodeOnPath: execFileSync('node', ['-v'], { encoding: 'utf8' }).trim() }));
`;

const SERVERS = `
import { appendFileSync } from 'node:fs';
appendFileSync(process.env.SANDBOX + '/servers-calls', process.argv.slice(2).join(' ') + '\\n');
process.exitCode = Number(process.env.SERVERS_EXIT_CODE ?? 0);
`;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A clone with our setup scripts, where npm, the servers and the command line are stand-ins. */
interface Clone extends AsyncDisposable {
  readonly folder: string;
  /** Runs the setup with these arguments and gives what came of it. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run>;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<typeof spawn>;
  write(path: string, content: string): Promise<void>;
  /** Lines of a file in the clone, none when it is not there. */
  lines(path: string): Promise<string[]>;
  touch(path: string, atMs: number): Promise<void>;
}

/** `nodeVersion` is the one package.json pins; by default the running one, so none has to be fetched. */
export async function makeClone(nodeVersion = process.version.slice(1)): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), `lacuna-test-${process.pid}-`));
  const setup = fileURLToPath(new URL('../..', import.meta.url));
  const npm = fileURLToPath(new URL('./fake-npm.cjs', import.meta.url));
  await cp(setup, join(folder, 'infra/setup'), { recursive: true, filter: (path) => !path.endsWith('/test') });
  await cp(npm, join(folder, 'npm-cli.js'));
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  await write('package.json', JSON.stringify({ devDependencies: { node: nodeVersion } }));
  await write('package-lock.json', '{}');
  await write('packages/cli/bin/lacuna.mjs', LACUNA);
  await write('infra/servers/src/cli.ts', SERVERS);
  await write('infra/seal/src/cli.ts', SERVERS.replaceAll('servers-calls', 'seal-calls'));
  const base = {
    PATH: process.env['PATH'],
    SANDBOX: folder,
    LACUNA_CACHE: join(folder, 'cache'),
    npm_execpath: join(folder, 'npm-cli.js'),
  };
  const start: Clone['start'] = (args, env = {}) =>
    spawn(process.execPath, [join(folder, 'infra/setup/run.mjs'), ...args], {
      env: { ...base, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    folder,
    start,
    write,
    async run(args, env) {
      const child = start(args, env);
      const output = { stdout: '', stderr: '' };
      child.stdout?.on('data', (data) => (output.stdout += String(data)));
      child.stderr?.on('data', (data) => (output.stderr += String(data)));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...output };
    },
    async lines(path) {
      if (!existsSync(join(folder, path))) return [];
      return (await readFile(join(folder, path), 'utf8')).split('\n').filter((line) => line !== '');
    },
    touch: (path, atMs) => utimes(join(folder, path), atMs / 1000, atMs / 1000),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
