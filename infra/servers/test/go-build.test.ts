import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveServer } from '../src/resolve-server.ts';
import { SERVERS } from '../src/server-catalog.ts';
import { versionOf } from '../src/server-spec.ts';
import { fakeGo, sandbox, until } from './support/sandbox.ts';
import type { Sandbox } from './support/sandbox.ts';

const VERSION = versionOf(SERVERS.nats);
const CLI = new URL('../src/cli.ts', import.meta.url).pathname;
const binaryIn = (machine: Sandbox): string => join(machine.cache, `servers/nats-server-${VERSION}/nats-server`);

/** Another process that wants the same server. */
const ensureInProcess = (machine: Sandbox): ChildProcess =>
  spawn(process.execPath, [CLI, 'ensure', 'nats'], { env: machine.env, stdio: 'ignore' });

const exitCode = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit')) as [number])[0];

const buildsRunning = async (machine: Sandbox, count: number): Promise<void> =>
  until(`${count} builds started`, async () => (await machine.lines('builds')).length === count);

test('two processes that want the same server build it once', async () => {
  await using machine = await sandbox();
  await machine.addProgram('go', fakeGo(VERSION));
  const first = ensureInProcess(machine);
  await buildsRunning(machine, 1);
  const told: string[] = [];
  const second = resolveServer('nats', { env: machine.env, onProgress: ({ message }) => void told.push(message) });
  await until('the second one waits', () =>
    told.some((message) => message.startsWith(`waiting for process ${first.pid}`)),
  );
  await machine.writeFile('gate', '');
  expect(await exitCode(first)).toBe(0);
  expect(await second).toMatchObject({ kind: 'found', source: 'cache', path: binaryIn(machine) });
  expect(await machine.lines('builds')).toHaveLength(1);
});

test('a half-written binary never has the name of the server', async () => {
  await using machine = await sandbox();
  await machine.addProgram('go', fakeGo(VERSION));
  const building = ensureInProcess(machine);
  await buildsRunning(machine, 1);
  expect(existsSync(binaryIn(machine))).toBe(false);
  await machine.writeFile('gate', '');
  expect(await exitCode(building)).toBe(0);
  expect(await readFile(binaryIn(machine), 'utf8')).toContain(`v${VERSION}`);
});

test('a process killed in mid-build is followed by one that waits for its compiler, cleans up and builds', async () => {
  await using machine = await sandbox();
  await machine.addProgram('go', fakeGo(VERSION));
  const killed = ensureInProcess(machine);
  await buildsRunning(machine, 1);
  const [compiler] = (await machine.lines('builds'))[0]?.split(' ') ?? [];
  // The compiler runs before the lock says so.
  const owners = join(dirname(binaryIn(machine)), 'lock-1/owners.json');
  await until('the lock names the compiler', async () =>
    (await readFile(owners, 'utf8')).includes(`"pid":${compiler},`),
  );
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const told: string[] = [];
  const next = resolveServer('nats', { env: machine.env, onProgress: ({ message }) => void told.push(message) });
  await until('the next one waits for the compiler', () =>
    told.some((message) => message.includes(`process ${compiler}`)),
  );
  await machine.writeFile('gate', '');
  expect(await next).toMatchObject({ kind: 'found', source: 'build' });
  expect(await machine.lines('builds')).toHaveLength(2);
  const left = (await readdir(dirname(binaryIn(machine)))).filter((name) => !name.startsWith('lock-'));
  expect(left).toEqual(['nats-server']);
});

test('an aborted build leaves no binary behind and the way free for the next one', async () => {
  await using machine = await sandbox();
  await machine.addProgram('go', `exec 2>/dev/null >&2\n${fakeGo(VERSION)}`);
  const controller = new AbortController();
  const building = resolveServer('nats', { env: machine.env, signal: controller.signal });
  await buildsRunning(machine, 1);
  controller.abort(new Error('enough'));
  await expect(building).rejects.toThrow('enough');
  expect(await readdir(dirname(binaryIn(machine)))).toEqual([]);
  await machine.writeFile('gate', '');
  expect(await resolveServer('nats', { env: machine.env })).toMatchObject({ kind: 'found', source: 'build' });
});
