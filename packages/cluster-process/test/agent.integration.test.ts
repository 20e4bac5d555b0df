import { jobName } from '@lacuna/cluster';
import { containerOf, PROGRAMS } from '@lacuna/cluster/conformance';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openProcessCluster, stopAgent } from '../src/index.ts';
import { openSubject, shell } from './process-subject.ts';
import { agentsOf, isRunning, processesOf } from './processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const CLIENT = fileURLToPath(new URL('client-process.ts', import.meta.url));

describe('the agent is killed', () => {
  test('while containers run: they are told as Lost without exit code or signal, and nothing of them is left', async () => {
    await using subject = await openSubject();
    const { session, cluster } = subject;
    await using watch = session.watch();
    const request = session.request(shell('sleep 61 & setsid sleep 62 & echo ready; env -i sleep 63'));
    const { uid } = await session.start(request);
    const container = containerOf(await watch.started(uid));
    for await (const _ of await session.openLog(container, { offset: 0, follow: true })) break;
    const before = cluster.agentPid;
    await subject.interrupt();
    const end = await watch.ended(uid);
    expect(end).toMatchObject({ reason: 'Lost', containerId: container.containerId });
    expect([end.exitCode, end.signal, end.seal]).toEqual([undefined, undefined, undefined]);
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false, reason: 'Lost' });
    expect(cluster.agentPid).not.toBe(before);
    await expect.poll(() => processesOf(request.evaluation)).toEqual([]);
    await expect.poll(() => isRunning(Number(/\d+/.exec(container.containerId)?.[0]))).toBe(false);
    expect((await session.log(container, { offset: 0, follow: true })).toString()).toBe('ready\n');
  });

  test('and a client that only asks for a Job gets one from a new agent', async () => {
    await using subject = await openSubject();
    const { session } = subject;
    await subject.interrupt();
    const { uid } = await session.start(session.request(PROGRAMS.fails));
    await using watch = session.watch();
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 7 });
  });

  test('between spawn and journal: a process that no journal knows is found by its marker and killed', async () => {
    await using temporary = await temporaryDirectory();
    const dir = temporary.path;
    const leftover = spawn('sleep', ['60'], { env: { ...process.env, LACUNA_AGENT_DIR: dir }, detached: true });
    const exit = once(leftover, 'exit');
    await using cluster = await openProcessCluster({ dir });
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(isRunning(cluster.agentPid)).toBe(true);
    await stopAgent(dir);
  });

  test('and what was removed before stays removed', async () => {
    await using subject = await openSubject();
    const { session, cluster } = subject;
    const ref = await session.start(session.request(PROGRAMS.silent));
    await cluster.remove(ref, session.signal);
    await subject.interrupt();
    await using watch = session.watch();
    await watch.synced();
    expect(watch.job(ref.uid)).toBeUndefined();
  });
});

describe('clients come and go', () => {
  test('a container outlives the kill of the client that asked for it, and its real exit code is told', async () => {
    await using subject = await openSubject();
    const { session, dir } = subject;
    const request = session.request(shell('echo ready; while [ ! -e "$GO" ]; do sleep 0.02; done; exit 9'), {
      env: { GO: join(dir, 'go') },
    });
    const client = spawn(process.execPath, [CLIENT, dir, JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(client.stdout, 'data');
    client.kill('SIGKILL');
    await once(client, 'exit');
    await using watch = session.watch();
    const outcome = await session.cluster.ensure(request, session.signal);
    expect(outcome).toMatchObject({ kind: 'adopted' });
    await spawnDone('touch', [join(dir, 'go')]);
    expect(await watch.ended('uid' in outcome ? outcome.uid : '')).toMatchObject({ exitCode: 9, reason: 'Error' });
  });

  test('five that open a directory at once share one agent', async () => {
    await using temporary = await temporaryDirectory();
    const dir = temporary.path;
    const clusters = await Promise.all(Array.from({ length: 5 }, () => openProcessCluster({ dir })));
    const pids = new Set(clusters.map(({ agentPid }) => agentPid));
    expect(pids.size).toBe(1);
    await expect.poll(() => agentsOf(dir)).toEqual([...pids]);
    await Promise.all(clusters.map((cluster) => cluster[Symbol.asyncDispose]()));
    expect(await stopAgent(dir)).toBe('done');
  });

  test('two clients of one directory see the same Job, and either may stop it', async () => {
    await using subject = await openSubject();
    const { session } = subject;
    await using other = await subject.reopen();
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.sleeps));
    await watch.started(ref.uid);
    expect(await other.stop(ref, session.signal)).toEqual({ kind: 'done' });
    expect(await watch.ended(ref.uid)).toMatchObject({ reason: 'Stopped' });
  });

  test('the agent stays while a Job runs, and exits when nothing runs and nobody is connected', async () => {
    await using temporary = await temporaryDirectory();
    const dir = temporary.path;
    const options = { dir, idleExitMs: 50 };
    await using subject = await openSubject();
    const request = subject.session.request(shell('while [ ! -e "$GO" ]; do sleep 0.02; done'), {
      env: { GO: join(dir, 'go') },
    });
    const first = await openProcessCluster(options);
    await first.ensure(request, subject.session.signal);
    const { agentPid } = first;
    await first[Symbol.asyncDispose]();
    await spawnDone('sleep', ['0.3']);
    expect(isRunning(agentPid)).toBe(true);
    await spawnDone('touch', [join(dir, 'go')]);
    await expect.poll(() => isRunning(agentPid)).toBe(false);
    expect(await stopAgent(dir)).toBe('absent');
  });

  test('stopAgent ends every Job and leaves no process', async () => {
    await using subject = await openSubject();
    const { session, cluster, dir } = subject;
    const request = session.request(PROGRAMS.sleeps);
    const { uid } = await session.start(request);
    const { agentPid } = cluster;
    expect(await stopAgent(dir)).toBe('done');
    await expect.poll(() => isRunning(agentPid)).toBe(false);
    expect(processesOf(request.evaluation)).toEqual([]);
    await using watch = session.watch();
    expect(await watch.ended(uid)).toMatchObject({ reason: 'Stopped', signal: 'SIGTERM' });
  });
});

describe('the directory', () => {
  test('env values never reach the disk, and only the owner can read what does', async () => {
    await using subject = await openSubject();
    const { session, dir } = subject;
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('echo public'), { env: { TOKEN: 'hunter2-secret' } }));
    await watch.done(uid);
    expect(await readFile(join(dir, 'journal.ndjson'), 'utf8')).not.toContain('hunter2');
    expect(await readFile(join(dir, 'agent.log'), 'utf8')).not.toContain('hunter2');
    const modes = await Promise.all(
      ['agent.sock', 'journal.ndjson', 'agent.log', 'logs'].map(
        async (name) => (await stat(join(dir, name))).mode & 0o077,
      ),
    );
    expect(modes).toEqual([0, 0, 0, 0]);
  });

  test('may have a path that is too long for a socket', async () => {
    await using temporary = await temporaryDirectory();
    const dir = join(temporary.path, 'd'.repeat(120));
    await using subject = await openSubject();
    await using cluster = await openProcessCluster({ dir });
    const request = subject.session.request(PROGRAMS.silent);
    expect(await cluster.ensure(request, subject.session.signal)).toMatchObject({ kind: 'created' });
    expect(request.name).toBe(jobName(request.evaluation, 1));
    await stopAgent(dir);
  });
});

async function spawnDone(command: string, args: readonly string[]): Promise<void> {
  await once(spawn(command, args), 'exit');
}
