import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '@lacuna/servers';

const execute = promisify(execFile);
const HERE = import.meta.dirname;
const PINS = ['requirements.txt', 'package.json', 'package-lock.json'];

/** Where the pinned test tools are. */
export interface Toolbox {
  /** What `node_modules` of a suite for jest or tape must be. */
  readonly modules: string;
  /** For `PATH`: python with pytest and its plugins, jest, tape, and the Node that runs this. */
  readonly path: string;
}

/** The test tools that are pinned beside this file, installed once into the cache folder. */
export async function openToolbox(env: NodeJS.ProcessEnv = process.env): Promise<Toolbox> {
  const hash = createHash('sha256');
  for (const file of PINS) hash.update(readFileSync(join(HERE, file)));
  const home = join(cacheFolder(env), 'test-tools', hash.digest('hex').slice(0, 16));
  if (!existsSync(home)) await install(home);
  const folders = [dirname(process.execPath), join(home, 'venv/bin'), join(home, 'node_modules/.bin')];
  return { modules: join(home, 'node_modules'), path: [...folders, env['PATH']].join(':') };
}

/** Made under another name and moved into place, so that an install that was interrupted is never taken for one. */
async function install(home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  for (const file of PINS) copyFileSync(join(HERE, file), join(draft, file));
  await Promise.all([installPytest(draft), execute('npm', ['ci', '--ignore-scripts', '--no-audit'], { cwd: draft })]);
  try {
    renameSync(draft, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(draft, { recursive: true });
  }
}

async function installPytest(draft: string): Promise<void> {
  await execute('python3', ['-m', 'venv', 'venv'], { cwd: draft });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
  await execute(join(draft, 'venv/bin/python'), [...pip, '-r', 'requirements.txt'], { cwd: draft });
}
