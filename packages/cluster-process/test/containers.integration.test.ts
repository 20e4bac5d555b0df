import { containerOf, PROGRAMS, type Watch } from '@lacuna/cluster/conformance';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSubject, shell, type ProcessSubject } from './process-subject.ts';
import { memoryOf, processesOf } from './processes.ts';

let subject: ProcessSubject;
beforeAll(async () => {
  process.env['LACUNA_TEST_SECRET'] = 'of-the-service';
  subject = await openSubject();
});
afterAll(async () => {
  delete process.env['LACUNA_TEST_SECRET'];
  await subject[Symbol.asyncDispose]();
});

async function run(watch: Watch, ...request: Parameters<ProcessSubject['session']['request']>) {
  const { uid } = await subject.session.start(subject.session.request(...request));
  const end = await watch.ended(uid);
  await watch.finished(uid);
  return { uid, end, job: watch.job(uid) };
}

async function output(watch: Watch, uid: string): Promise<string> {
  const container = containerOf(await watch.started(uid));
  return (await subject.session.log(container, { offset: 0, follow: true })).toString();
}

describe('output', () => {
  test('stdout and stderr keep their order, and /dev/stdout can be opened', async () => {
    await using watch = subject.session.watch();
    const { uid } = await run(watch, shell('echo 1; echo 2 >&2; echo 3 >/dev/stdout; echo 4 >/dev/stderr; echo 5'));
    expect(await output(watch, uid)).toBe('1\n2\n3\n4\n5\n');
  });

  test('stdin is empty', async () => {
    await using watch = subject.session.watch();
    const { uid, end } = await run(watch, shell('cat; echo done'));
    expect([await output(watch, uid), end.exitCode]).toEqual(['done\n', 0]);
  });

  test.each([
    ['200 MB', 'head -c 200000000 /dev/zero', 200_000_000, 0],
    ['one line of 50 MB', 'head -c 50000000 /dev/zero; echo', 50_000_001, 1],
  ])('%s is counted, hashed and stored in constant memory', async (_, script, bytes, lines) => {
    await using watch = subject.session.watch();
    const { agentPid } = subject.cluster;
    // The peak of this run, and not of those before.
    await writeFile(`/proc/${agentPid}/clear_refs`, '5');
    const before = memoryOf(agentPid, 'VmRSS');
    const { uid, end } = await run(watch, shell(script));
    expect(memoryOf(agentPid, 'VmHWM') - before).toBeLessThan(64 * 1024 * 1024);
    const hash = createHash('sha256');
    const container = containerOf(await watch.started(uid));
    for await (const chunk of await subject.session.openLog(container, { offset: 0, follow: true })) hash.update(chunk);
    expect(end.seal).toMatchObject({ bytes, lines, sha256: hash.digest('hex') });
    expect(end.seal?.sha256).toBe(zerosAnd(lines, bytes));
  });
});

describe('what a command leaves behind', () => {
  test('a process in its group is killed, and the seal comes at once', async () => {
    await using watch = subject.session.watch();
    const request = subject.session.request(shell('(sleep 30 &); echo x'));
    const { uid } = await subject.session.start(request);
    const { seal } = await watch.ended(uid);
    expect(seal).toMatchObject({ bytes: 2 });
    expect(seal?.lateWriters).toBeUndefined();
    await expect.poll(() => processesOf(request.evaluation)).toEqual([]);
  });

  test('a process that left the group and keeps the output open is told as a late writer', async () => {
    await using watch = subject.session.watch();
    const escape = 'setsid sh -c \'touch "$LEFT"; sleep 30\' & while [ ! -e "$LEFT" ]; do sleep 0.02; done; echo x';
    const { end } = await run(watch, shell(escape), { env: { LEFT: join(subject.dir, 'left') } });
    expect(end).toMatchObject({ exitCode: 0, reason: 'Completed', seal: { bytes: 2, lateWriters: true } });
  });
});

describe('environment', () => {
  test('a container gets the request, the trace and a minimal base, and nothing of the service', async () => {
    await using watch = subject.session.watch();
    const request = subject.session.request(shell('env; tr "\\0" "\\n" </proc/$PPID/environ'), {
      env: { MINE: 'yes' },
    });
    const { uid } = await subject.session.start(request);
    await watch.ended(uid);
    const lines = (await output(watch, uid)).split('\n');
    expect(lines).toContain('MINE=yes');
    expect(lines).toContain(`TRACEPARENT=${request.traceparent}`);
    expect(lines).toContain(`LACUNA_EVALUATION=${request.evaluation}`);
    expect(lines).toContain(`PATH=${process.env['PATH']}`);
    expect(lines.filter((line) => line.includes('of-the-service'))).toEqual([]);
  });

  test('it runs in its workdir', async () => {
    await using watch = subject.session.watch();
    const { uid } = await run(watch, shell('pwd'), { workdir: '/usr' });
    expect(await output(watch, uid)).toBe('/usr\n');
  });
});

describe('a command that cannot start', () => {
  test.each([
    ['a program that is not there', { command: ['no-such-program'] }, {}, /no program "no-such-program".*: install it/],
    [
      'a workdir that is not there',
      PROGRAMS.silent,
      { workdir: '/no/such/dir' },
      /\/no\/such\/dir does not exist: create/,
    ],
    ['a file that is no program', { command: ['/etc/passwd'] }, {}, /may not be executed.*chmod/],
    ['too large arguments', { command: ['true', 'x'.repeat(3_000_000)] }, {}, /larger than the system allows/],
  ])('%s is a StartError that says what to do', async (_, program, change, message) => {
    await using watch = subject.session.watch();
    const { uid, end, job } = await run(watch, program, change);
    expect(end).toMatchObject({ reason: 'StartError', message: expect.stringMatching(message) as string });
    expect([end.exitCode, end.signal, end.containerId, watch.pods(uid)[0]?.started]).toEqual(Array(4).fill(undefined));
    expect(job?.finished).toMatchObject({ succeeded: false, reason: 'StartError' });
  });

  test('its log is gone', async () => {
    await using watch = subject.session.watch();
    const { uid } = await run(watch, { command: ['no-such-program'] });
    const [pod] = watch.pods(uid);
    const nothing = { podUid: pod?.uid ?? '', podName: '', containerId: '' };
    const log = await subject.cluster.openLog(nothing, { offset: 0, follow: true }, subject.session.signal);
    expect(log).toMatchObject({ kind: 'gone' });
  });
});

test('a script without its interpreter is told as missing', async () => {
  await using watch = subject.session.watch();
  const path = join(subject.dir, 'scripts');
  await mkdir(path);
  await writeFile(join(path, 'run'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const { end } = await run(watch, { command: [join(path, 'run')] });
  expect(end).toMatchObject({ reason: 'StartError', message: expect.stringContaining('interpreter') as string });
});

/** The hash of zeros, with a newline at the end if there is a line. */
function zerosAnd(lines: number, bytes: number): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(1_000_000);
  for (let left = bytes - lines; left > 0; left -= block.length) hash.update(block.subarray(0, left));
  return hash.update('\n'.repeat(lines)).digest('hex');
}
