import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveServer } from '../src/resolve-server.ts';
import type { ResolveOptions } from '../src/resolution.ts';
import { SERVERS } from '../src/server-catalog.ts';
import { versionOf } from '../src/server-spec.ts';
import { runCommand } from '../src/command.ts';
import { fakeGo, sandbox } from './support/sandbox.ts';
import type { Sandbox } from './support/sandbox.ts';

const VERSION = versionOf(SERVERS.nats);
const CACHED = `servers/nats-server-${VERSION}/nats-server`;

/** Resolves nats in the sandbox and keeps what the person who waits was told. */
async function resolveIn({ env }: Sandbox, more: NodeJS.ProcessEnv = {}, options: ResolveOptions = {}) {
  const told: string[] = [];
  const onProgress = ({ message }: { message: string }) => void told.push(message);
  const server = await resolveServer('nats', { env: { ...env, ...more }, goFolders: [], onProgress, ...options });
  return { server, told: told.join('\n') };
}

async function putIntoCache(machine: Sandbox): Promise<string> {
  const path = join(machine.cache, CACHED);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

describe('the order in which a server is looked for', () => {
  test('an address in the environment means that none is started, even with a binary at hand', async () => {
    await using machine = await sandbox();
    await machine.addProgram('nats-server', `echo called >> "$SANDBOX/calls"; echo v${VERSION}`);
    const { server } = await resolveIn(machine, { LACUNA_NATS_URL: 'nats://127.0.0.1:4222' });
    expect(server).toEqual({ kind: 'external', address: 'nats://127.0.0.1:4222', source: 'LACUNA_NATS_URL' });
    expect(await machine.lines('calls')).toEqual([]);
  });

  test('a path in the environment wins over PATH, whatever its version', async () => {
    await using machine = await sandbox();
    await machine.addProgram('nats-server', `echo v${VERSION}`);
    const path = await machine.addProgram('my-nats', 'echo "nats-server: v2.9.0"');
    const { server } = await resolveIn(machine, { LACUNA_NATS_SERVER: path });
    expect(server).toEqual({ kind: 'found', path, version: '2.9.0', source: 'variable' });
  });

  test('a wrong path in the environment is an error and not passed over', async () => {
    await using machine = await sandbox();
    await machine.addProgram('nats-server', `echo v${VERSION}`);
    const { server } = await resolveIn(machine, { LACUNA_NATS_SERVER: '/nowhere/nats-server' });
    expect(server).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('LACUNA_NATS_SERVER names /nowhere'),
    });
  });

  test('a recent binary on PATH wins over the cache', async () => {
    await using machine = await sandbox();
    await putIntoCache(machine);
    const path = await machine.addProgram('nats-server', 'echo "nats-server: v2.16.0"');
    const { server } = await resolveIn(machine);
    expect(server).toEqual({ kind: 'found', path, version: '2.16.0', source: 'path' });
  });

  test.each([
    ['one that is too old', 'echo "nats-server: v2.10.4"', '2.10.4'],
    ['one of the next major version', 'echo "nats-server: v3.0.0"', '3.0.0'],
    ['one that prints no version', 'exit 1', 'no version'],
  ])('%s on PATH is passed over, and the person who waits is told', async (_, script, said) => {
    await using machine = await sandbox();
    const cached = await putIntoCache(machine);
    const path = await machine.addProgram('nats-server', script);
    const { server, told } = await resolveIn(machine);
    expect(server).toEqual({ kind: 'found', path: cached, version: VERSION, source: 'cache' });
    expect(told).toContain(path);
    expect(told).toContain(said);
  });

  test('without any binary it is built once, and the cached one is used from then on', async () => {
    await using machine = await sandbox();
    await machine.addProgram('go', fakeGo(VERSION));
    await machine.writeFile('gate', '');
    const path = join(machine.cache, CACHED);
    const first = await resolveIn(machine);
    expect(first.server).toEqual({ kind: 'found', path, version: VERSION, source: 'build' });
    expect(first.told).toContain('1 modules fetched');
    const second = await resolveIn(machine);
    expect(second.server).toEqual({ kind: 'found', path, version: VERSION, source: 'cache' });
    expect(await machine.lines('builds')).toHaveLength(1);
  });

  test('where nothing is to be built, a missing server is answered with how to build it', async () => {
    await using machine = await sandbox();
    await machine.addProgram('go', fakeGo(VERSION));
    const { server } = await resolveIn(machine, {}, { build: false });
    expect(server).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('cli.ts ensure nats') });
    expect(await machine.lines('builds')).toEqual([]);
  });

  test('Go is found in its usual folder when it is not on PATH', async () => {
    await using machine = await sandbox();
    await machine.addProgram('go', fakeGo(VERSION));
    await machine.writeFile('gate', '');
    const { server } = await resolveIn(machine, { PATH: '/nowhere' }, { goFolders: [join(machine.folder, 'bin')] });
    expect(server).toMatchObject({ kind: 'found', source: 'build' });
  });
});

describe('a container runtime, when nothing can be built', () => {
  test('gives a launcher that sees the data folder and passes the arguments on', async () => {
    await using machine = await sandbox();
    await machine.addProgram('go', 'echo "go: no such host" >&2; exit 1');
    await machine.addProgram('docker', 'echo "$*" >> "$SANDBOX/docker-calls"');
    const { server } = await resolveIn(machine);
    if (server.kind !== 'found') throw new Error(`not found: ${JSON.stringify(server)}`);
    expect(server.source).toBe('container');
    const env = { ...machine.env, PATH: '/usr/bin:/bin', LACUNA_DATA_DIR: '/some where' };
    expect(await runCommand(server.path, ['--config', 'a b'], { env })).toMatchObject({ kind: 'ok' });
    const run = (await machine.lines('docker-calls')).at(-1);
    expect(run).toMatch(/^run --rm --name lacuna-nats-server-\d+ --network host /);
    expect(run).toContain(`--volume /some where:/some where ${SERVERS.nats.image} --config a b`);
  });

  test('pulls the image when it is not there yet', async () => {
    await using machine = await sandbox();
    await machine.addProgram('podman', 'echo "$*" >> "$SANDBOX/calls"; [ "$1" != image ]');
    const { server } = await resolveIn(machine);
    expect(server).toMatchObject({ kind: 'found', source: 'container' });
    expect(await machine.lines('calls')).toContain(`pull ${SERVERS.nats.image}`);
  });

  test('is not used when its daemon does not answer', async () => {
    await using machine = await sandbox();
    await machine.addProgram('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const { server } = await resolveIn(machine);
    expect(server).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('Cannot connect to the Docker daemon'),
    });
  });
});

test('a server that can not be had is answered with what was tried and every way to get one', async () => {
  await using machine = await sandbox();
  await machine.addProgram('go', 'echo "go.mod requires go >= 1.26.0" >&2; exit 1');
  const { server } = await resolveIn(machine);
  if (server.kind !== 'unavailable') throw new Error(`unexpected: ${JSON.stringify(server)}`);
  for (const part of [
    'go.mod requires go >= 1.26.0',
    'no container runtime',
    'PATH',
    'LACUNA_NATS_SERVER',
    'install Go',
    'docker',
    'LACUNA_NATS_URL',
  ])
    expect(server.message).toContain(part);
});
