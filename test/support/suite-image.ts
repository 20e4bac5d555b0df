import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openToolbox } from '@lacuna/evidence/testing';
import { nodeRuntimeImage, type ImageSource } from '@lacuna/servers';

const execute = promisify(execFile);

/** An image with Node, Python, the pinned pytest, and real suites under `/app/suites`. */
export const SUITE_IMAGE = 'localhost/suites:1';
/** What is run in it. */
export const PYTEST = '/opt/python/bin/python3 -m pytest -v -p no:cacheprovider /app/suites/test_shop.py';
export const NODE_TEST = 'node --test-reporter=spec /app/suites/ledger.test.mjs';

/** {@link SUITE_IMAGE}, made of this machine's own programs, hence only for nodes on this machine. */
export function suiteImage(): ImageSource {
  const base = nodeRuntimeImage(SUITE_IMAGE, [fileURLToPath(new URL('./suites', import.meta.url))]);
  return {
    ...base,
    async makeRoot(root) {
      await base.makeRoot(root);
      await addPython(root);
    },
  };
}

interface Places {
  readonly program: string;
  readonly library: string;
  readonly packages: string;
  /** Such as `python3.11`. */
  readonly name: string;
}

const PLACES = `
import json, os, sys, sysconfig
print(json.dumps({
    'program': os.path.realpath(sys.executable),
    'library': sysconfig.get_path('stdlib'),
    'packages': sysconfig.get_path('purelib'),
    'name': 'python%d.%d' % sys.version_info[:2],
}))`;

/** Parts of the standard library that no suite needs, and that are large. */
const LEFT_OUT =
  /\/(__pycache__|site-packages|dist-packages|test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|config-[^/]*)$/;

/** The Python that the pinned pytest is installed for, its standard library, pytest, and the shared libraries of all that. */
async function addPython(root: string): Promise<void> {
  const { path } = await openToolbox();
  const { stdout } = await execute('python3', ['-c', PLACES], { env: { ...process.env, PATH: path } });
  const { program, library, packages, name } = JSON.parse(stdout) as Places;
  const home = join(root, 'opt/python/lib', name);
  await copy(program, join(root, 'opt/python/bin/python3'));
  await cp(library, home, { recursive: true, dereference: true, filter: (from) => !LEFT_OUT.test(from) });
  await cp(packages, join(home, 'site-packages'), { recursive: true, filter: (from) => !from.endsWith('__pycache__') });
  const modules = join(library, 'lib-dynload');
  const extensions = (await readdir(modules)).filter((file) => file.endsWith('.so')).map((file) => join(modules, file));
  for (const needed of await sharedLibraries([program, ...extensions]))
    await copy(await realpath(needed), join(root, needed));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}

async function sharedLibraries(programs: readonly string[]): Promise<Set<string>> {
  const { stdout } = await execute('ldd', [...programs]);
  return new Set([...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path));
}
