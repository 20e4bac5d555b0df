import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stopLeftover, writePidFile } from '../src/pid-file.ts';
import { pidFileOf, startServerProcess } from '../src/server-process.ts';
import type { ServerCommand, ServerProcess } from '../src/server-process.ts';
import { sandbox, until } from './support/sandbox.ts';
import type { Sandbox } from './support/sandbox.ts';

const RUNS_ON = 'echo ready > "$LACUNA_DATA_DIR/ready"; while :; do /bin/sleep 0.05; done';

async function start(machine: Sandbox, script: string, more: Partial<ServerCommand> = {}): Promise<ServerProcess> {
  const path = await machine.addProgram('server', script);
  return startServerProcess({
    name: 'server',
    path,
    args: [machine.folder],
    dataDir: machine.folder,
    onLog: () => {},
    isReady: async () => existsSync(join(machine.folder, 'ready')),
    ...more,
  });
}

describe('a server process', () => {
  test('is ready when it answers, and stop ends it in good order', async () => {
    await using machine = await sandbox();
    const server = await start(machine, `trap 'echo bye > "$LACUNA_DATA_DIR/bye"; exit 0' TERM; ${RUNS_ON}`);
    expect(existsSync(pidFileOf('server', machine.folder))).toBe(true);
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(await machine.lines('bye')).toEqual(['bye']);
    expect(existsSync(pidFileOf('server', machine.folder))).toBe(false);
  });

  test('is stopped even while it is paused', async () => {
    await using machine = await sandbox();
    const server = await start(machine, RUNS_ON);
    process.kill(server.pid, 'SIGSTOP');
    await server.stop();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('that ends before it answers is an error with the end of its log', async () => {
    await using machine = await sandbox();
    await expect(start(machine, 'echo "bad port" >&2; exit 3')).rejects.toThrow(
      /server did not start: .*exit code 3\nbad port/,
    );
  });

  test('that ends itself, and relies on being started again, is; how often it takes nobody has to know', async () => {
    await using machine = await sandbox();
    const script = `echo try >> "$LACUNA_DATA_DIR/tries"; [ $(wc -l < "$LACUNA_DATA_DIR/tries") = 2 ] || exit 1; ${RUNS_ON}`;
    const server = await start(machine, script, { endsItself: true });
    expect(await machine.lines('tries')).toEqual(['try', 'try']);
    await server.stop();
  });

  test('that does not exist is an error that names the file', async () => {
    await using machine = await sandbox();
    await expect(start(machine, '', { path: '/nowhere/server' })).rejects.toThrow('/nowhere/server');
  });

  test('is stopped when the signal aborts, during the start as well as later', async () => {
    await using machine = await sandbox();
    const controller = new AbortController();
    const never = start(machine, RUNS_ON, { signal: controller.signal, isReady: async () => false });
    await until('it runs', () => existsSync(join(machine.folder, 'ready')));
    controller.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');

    const later = new AbortController();
    const server = await start(machine, RUNS_ON, { signal: later.signal });
    later.abort();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });
});

describe('a server left over on a data folder', () => {
  /** A process whose parent, as the pid file says, is `owner`. */
  async function leave(machine: Sandbox, owner: number) {
    const script = await machine.addProgram('leftover', RUNS_ON);
    const child = spawn(script, [machine.folder], { env: { LACUNA_DATA_DIR: machine.folder } });
    await until('it runs', () => existsSync(join(machine.folder, 'ready')));
    const path = join(machine.folder, 'server.pid');
    writePidFile(path, child.pid ?? 0, owner);
    return { child, path, [Symbol.dispose]: () => void child.kill('SIGKILL') };
  }

  async function deadPid(): Promise<number> {
    const child = spawn('/bin/sh', ['-c', 'exit 0']);
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  test('by a dead process is stopped, and it is said', async () => {
    await using machine = await sandbox();
    using leftover = await leave(machine, await deadPid());
    const told: string[] = [];
    const exit = once(leftover.child, 'exit');
    await stopLeftover(leftover.path, machine.folder, (line) => void told.push(line));
    expect(await exit).toEqual([null, 'SIGTERM']);
    expect(told.join()).toContain(`stopping process ${leftover.child.pid}`);
  });

  test('by a process that still lives is in use: an error, and it runs on', async () => {
    await using machine = await sandbox();
    using leftover = await leave(machine, process.pid);
    await expect(stopLeftover(leftover.path, machine.folder, () => {})).rejects.toThrow(
      `in use by process ${process.pid}`,
    );
    expect(leftover.child.exitCode).toBeNull();
    expect(leftover.child.signalCode).toBeNull();
  });

  test('is not stopped when the pid belongs to a process of another folder by now', async () => {
    await using machine = await sandbox();
    await using other = await sandbox();
    using leftover = await leave(other, await deadPid());
    await stopLeftover(leftover.path, machine.folder, () => {});
    expect(leftover.child.signalCode).toBeNull();
  });
});
