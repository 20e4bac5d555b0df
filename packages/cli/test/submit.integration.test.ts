import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT_CODES, Failure, VERDICTS, type EvaluationView } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { ApiServer } from './support/api-server.ts';
import { lacuna, startLacuna } from './support/run-lacuna.ts';
import { passed, podMissing } from './support/stories.ts';
import { idOf, sealedLog, settledView, viewOf } from './support/views.ts';

const ID = idOf(7);
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256));

function submittedSpec({ seen }: ApiServer): unknown {
  return JSON.parse(seen.find(({ method }) => method === 'POST')?.body ?? 'null');
}

describe('lacuna submit', () => {
  test('sends the command as it stands behind --, and prints nothing but the id', async () => {
    await using server = await ApiServer.start(viewOf());
    const { code, stdout, stderr } = await lacuna(
      [
        'submit',
        '--name',
        'it',
        '--timeout',
        '90s',
        '--env',
        'A=1=2',
        '--env',
        'B=',
        '--label',
        'suite=e2e',
        '--expect-tests',
        '25',
        '--priority',
        '-5',
        '--',
        'pytest',
        '-v',
        '--json',
        '--',
        'x',
      ],
      server,
    );
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: `${ID}\n`, stderr: '' });
    expect(submittedSpec(server)).toEqual({
      name: 'it',
      timeout: '90s',
      env: { A: '1=2', B: '' },
      labels: { suite: 'e2e' },
      expect: { tests: 25 },
      priority: -5,
      command: ['pytest', '-v', '--json', '--', 'x'],
    });
  });

  test('takes the spec from a YAML file, and the command line over it', async () => {
    await using server = await ApiServer.start(viewOf());
    await using dir = await tempDir();
    const file = join(dir.path, 'spec.yaml');
    await writeFile(file, 'name: from file\ncommand: [pytest, -v]\nenv: {A: old, B: kept}\nqueue: nightly\n');
    const { code, stdout } = await lacuna(
      ['submit', '-f', file, '--env', 'A=new', '--queue', 'default', '--json'],
      server,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({ id: ID, phase: 'queued' });
    expect(submittedSpec(server)).toEqual({
      name: 'from file',
      command: ['pytest', '-v'],
      env: { A: 'new', B: 'kept' },
      queue: 'default',
    });
  });

  test('reads a JSON spec from standard input', async () => {
    await using server = await ApiServer.start(viewOf());
    const { code } = await lacuna(['submit', '-f', '-', '--token', 't0k'], {
      url: server.url,
      input: '{"command":["true"]}',
    });
    expect(code).toBe(0);
    expect(submittedSpec(server)).toEqual({ command: ['true'] });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer t0k');
  });

  test('says where a file is wrong, and sends nothing', async () => {
    await using server = await ApiServer.start(viewOf());
    const { code, stderr } = await lacuna(['submit', '-f', '-'], { url: server.url, input: 'command: [a\nname: "b' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^lacuna: standard input is not YAML: .* at line 2, column \d+:?\n$/);
    expect(server.seen).toEqual([]);
  });

  test('lists every problem that the server finds, a line each, and exits with 2', async () => {
    await using server = await ApiServer.start(viewOf());
    const problems = [
      { where: '/comand', message: 'unknown field; did you mean "command"?' },
      { where: '/command', message: 'is required' },
    ];
    server.refusal = new Failure('invalid-spec', 'two problems', { problems });
    const people = await lacuna(['submit', '--', 'true'], server);
    expect(people).toMatchObject({
      code: 2,
      stderr: 'lacuna: 2 problems\n  /comand: unknown field; did you mean "command"?\n  /command: is required\n',
    });
    const programs = await lacuna(['submit', '--json', '--', 'true'], server);
    expect(programs.code).toBe(2);
    expect(JSON.parse(programs.stderr)).toMatchObject({ status: 400, code: 'invalid-spec', problems });
  });
});

describe('lacuna submit --wait', () => {
  test.for(VERDICTS)(
    'of an evaluation that is %s exits with its code, and its verdict is the last line',
    async (verdict) => {
      await using server = await ApiServer.start(settledView(verdict));
      const { code, last } = await lacuna(['submit', '--wait', '--', 'true'], server);
      expect(code).toBe(EXIT_CODES[verdict]);
      expect(last).toContain(`integration  as ${verdict} as can be  4.2s  ${ID}`);
    },
  );

  test('streams the log to stdout byte by byte, and nothing else', async () => {
    const running = viewOf();
    await using server = await ApiServer.start(running);
    server.setLog(ID, BYTES);
    await using submitting = startLacuna(['submit', '--wait', '--', 'true'], server);
    await eventually('somebody follows the log', () => server.seen.some(({ path }) => path.endsWith('/log')), {
      withinMs: 20_000,
    });
    server.change(settledView('passed', { attempt: { log: sealedLog(BYTES.length) } }));
    server.dropLogFollowers();
    const { code, stdout, stderr } = await submitting.outcome;
    expect(stdout.equals(BYTES)).toBe(true);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${ID} submitted\n✔ passed  integration  as passed as can be  4.2s  ${ID}\n`,
    });
  });

  test('ends with an evaluation that never gets a log, although the log is still followed', async () => {
    await using server = await ApiServer.start(viewOf());
    await using submitting = startLacuna(['submit', '--wait', '--', 'true'], server);
    await eventually('somebody follows the log', () => server.seen.some(({ path }) => path.endsWith('/log')), {
      withinMs: 20_000,
    });
    server.change(podMissing());
    expect(await submitting.outcome).toMatchObject({ code: 3, stdout: Buffer.alloc(0) });
  });

  test('--json prints the evaluation as one document', async () => {
    await using server = await ApiServer.start(passed());
    const { code, stdout, stderr } = await lacuna(['submit', '--wait', '--json', '--', 'true'], server);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout.toString()) as EvaluationView).verdict).toBe('passed');
  });

  test('leaves the evaluation running on Ctrl-C, and says how to cancel it', async () => {
    await using server = await ApiServer.start(viewOf());
    await using submitting = startLacuna(['submit', '--wait', '--', 'sleep', '60'], server);
    await eventually('somebody listens', () => server.seen.some(({ path }) => path.endsWith('/events')));
    submitting.child.kill('SIGINT');
    const { code, last } = await submitting.outcome;
    expect({ code, last }).toEqual({ code: 130, last: `${ID} goes on; cancel it with: lacuna cancel ${ID}` });
    expect(server.seen.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});
