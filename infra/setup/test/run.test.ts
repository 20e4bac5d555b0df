import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../servers/src/server-cache.ts';
import { makeClone } from './support/clone.ts';

const PLATFORM = `node-${process.platform}-${process.arch}`;

describe('the command', () => {
  test('gets its arguments, keeps stdout to itself, and its exit code is ours', async () => {
    await using clone = await makeClone();
    const { code, stdout } = await clone.run(['start', '--json', '--port', '0']);
    expect(JSON.parse(stdout)).toEqual({ args: ['up', '--json', '--port', '0'], nodeOnPath: process.version });
    expect(code).toBe(7);
  });

  test('is ended in good order by a signal that we get', async () => {
    await using clone = await makeClone();
    const child = clone.start(['demo', 'wait']);
    if (child.stdout === null) throw new Error('no stdout');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  test('that does not exist is answered with those that do', async () => {
    await using clone = await makeClone();
    const { code, stderr } = await clone.run(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toContain('demo|start|test|verify|bench');
  });
});

describe('dependencies', () => {
  test('are installed once, and again when the lockfile changes', async () => {
    await using clone = await makeClone();
    await clone.run(['start']);
    await clone.run(['start']);
    expect(await clone.lines('npm-calls')).toEqual(['ci']);
    await clone.write('package-lock.json', '{"changed":true}');
    await clone.run(['start']);
    expect(await clone.lines('npm-calls')).toEqual(['ci', 'ci']);
  });

  test('of an install that broke off are installed anew', async () => {
    await using clone = await makeClone();
    await clone.write('npm-breaks', '');
    const broken = await clone.run(['start']);
    expect(broken).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('npm ci failed') });
    const again = await clone.run(['start']);
    expect(again.code).toBe(1);
    expect(await clone.lines('npm-calls')).toEqual(['ci', 'ci']);
  });

  test('installed by hand are kept unless the lockfile is newer', async () => {
    await using clone = await makeClone();
    await clone.write('node_modules/.package-lock.json', '{}');
    await clone.touch('package-lock.json', Date.now() - 60_000);
    await clone.run(['start']);
    expect(await clone.lines('npm-calls')).toEqual([]);
    await clone.touch('package-lock.json', Date.now() + 60_000);
    await clone.run(['start']);
    expect(await clone.lines('npm-calls')).toEqual(['ci']);
  });

  test('wanted by two at once are installed once', async () => {
    await using clone = await makeClone();
    const runs = await Promise.all([clone.run(['start']), clone.run(['start'])]);
    expect(runs.map(({ code }) => code)).toEqual([7, 7]);
    expect(await clone.lines('npm-calls')).toEqual(['ci']);
  });
});

describe('Node', () => {
  test('is fetched once when another version runs, and everything runs on it', async () => {
    await using clone = await makeClone('99.1.2');
    const first = await clone.run(['start']);
    expect(JSON.parse(first.stdout)).toMatchObject({ nodeOnPath: 'v99.1.2' });
    expect(first.stderr).toContain('Lacuna runs on Node 99.1.2');
    await clone.run(['start']);
    expect(await clone.lines('npm-calls')).toEqual(['install node@99.1.2', 'ci']);
  });

  test('comes from the package of the platform when npm runs no install scripts', async () => {
    await using clone = await makeClone('99.1.2');
    const { stdout } = await clone.run(['start'], { SCRIPTS_ARE_NOT_RUN: '1' });
    expect(JSON.parse(stdout)).toMatchObject({ nodeOnPath: 'v99.1.2' });
    expect(await clone.lines('npm-calls')).toEqual(['install node@99.1.2', `install ${PLATFORM}@99.1.2`, 'ci']);
  });
});

describe('servers', () => {
  test('nats is needed to start; Jaeger is had if it can be', async () => {
    await using clone = await makeClone();
    await clone.run(['start']);
    expect(await clone.lines('servers-calls')).toEqual(['ensure nats --optional jaeger']);
  });

  test('that are needed and can not be had end the run before the command', async () => {
    await using clone = await makeClone();
    const { code, stdout } = await clone.run(['start'], { SERVERS_EXIT_CODE: '1' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
  });

  test('are all needed for the tests in CI, and none elsewhere', async () => {
    await using clone = await makeClone();
    await clone.run(['test'], { CI: 'true' });
    await clone.run(['test'], { CI: '' });
    expect(await clone.lines('servers-calls')).toEqual([
      'ensure nats jaeger etcd kube-apiserver kube-controller-manager kube-scheduler kwok kubelet containerd containerd-shim kube-router helm s3',
      'ensure --optional nats --optional jaeger',
    ]);
  });

  test('for pods come with the helper that seals their logs, which a start on this machine does not need', async () => {
    await using clone = await makeClone();
    await clone.run(['start']);
    expect(await clone.lines('seal-calls')).toEqual([]);
    await clone.run(['test'], { CI: 'true' });
    expect(await clone.lines('seal-calls')).toEqual(['ensure']);
  });
});

test.each([
  ['named by LACUNA_CACHE', { LACUNA_CACHE: '/named', XDG_CACHE_HOME: '/xdg' }],
  ['of the desktop', { LACUNA_CACHE: '', XDG_CACHE_HOME: '/xdg', HOME: '/home/me' }],
  ['of the user', { HOME: '/home/me' }],
])('the cache folder %s is the one that the server resolver uses', (_, env) => {
  const script = `import { CACHE } from '${new URL('../paths.mjs', import.meta.url).href}'; process.stdout.write(CACHE)`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' });
  expect(stdout).toBe(cacheFolder(env));
});
