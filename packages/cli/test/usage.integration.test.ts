import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Failure, problemDetails } from '@lacuna/contracts';
import { eventually, freePort, startNats, tempDir } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { lacuna, startLacuna } from './support/run-lacuna.ts';

/** Where nobody listens, nor anybody will in the meantime. */
const deadAddress = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

describe('a command line that is not understood', () => {
  test.for([
    ['an unknown command', ['stats'], "unknown command 'stats'; did you mean status?"],
    ['a command like no other', ['get', '@latest'], "unknown command 'get'; lacuna --help lists all"],
    ['an unknown option', ['list', '--phas', 'running'], "unknown option '--phas'; did you mean --phase?"],
    ['an unknown global option', ['--jsn', 'list'], "unknown option '--jsn'; did you mean --json?"],
    [
      'an option of the program before --',
      ['submit', 'pytest', '-v'],
      "unknown option '-v'; options of the program itself go behind --, as in: lacuna submit -- pytest -v",
    ],
    [
      'nothing to run',
      ['submit'],
      'nothing to run; give a command, as in: lacuna submit -- pytest -v, or a spec with -f',
    ],
    ['a missing id', ['status'], "missing required argument 'id'"],
    ['help for an unknown command', ['help', 'stats'], "unknown command 'stats'; did you mean status?"],
    ['a spec without end', ['submit', '-f', '/dev/zero'], '/dev/zero has more than 4194304 bytes, and is no spec'],
    ['a Jaeger that is no URL', ['fsck', '--jaeger', 'here'], 'the address of Jaeger "here" is not a URL'],
    [
      'a folder of no cluster',
      ['fsck', '--data', '/no-such-folder'],
      'there is no embedded cluster in /no-such-folder/cluster',
    ],
    [
      'a malformed pair',
      ['submit', '--env', 'A', '--', 'x'],
      "option '--env <key=value>' argument 'A' is invalid. Give it as KEY=VALUE.",
    ],
    [
      'a Kubernetes that is not used',
      ['up', '--kubeconfig', 'k'],
      '--kubeconfig is for --cluster kubernetes; give both',
    ],
    [
      'faults where they are real',
      ['up', '--cluster', 'kubernetes', '--allow-faults'],
      '--allow-faults is for the embedded cluster; on Kubernetes faults are real',
    ],
    [
      'a Jaeger of no receiver',
      ['up', '--jaeger', 'http://127.0.0.1:16686'],
      '--jaeger is the Jaeger of the receiver that --otlp names; give both',
    ],
    [
      'an image that no drill uses',
      ['drill', 'no-pod', '--image', 'busybox:1'],
      '--image is for --cluster kubernetes; give both',
    ],
    ['a folder that is a file', ['up', '--data', '/dev/null'], 'nothing can be kept in /dev/null'],
    [
      'a suite whose results are in no known form',
      ['run', '--suite', 'a=true', '--suite-report', 'a=nunit'],
      '/report: must be one of auto, none, pytest',
    ],
    ['an unknown phase', ['list', '--phase', 'x'], 'Allowed choices are queued, creating'],
    ['a malformed time', ['list', '--since', 'noon'], 'Give a duration such as 1h, or a time such as'],
    [
      'a malformed address',
      ['list', '--url', 'nowhere'],
      'the address "nowhere" is not a URL such as http://127.0.0.1:4280',
    ],
  ] as const)('with %s exits with 2 and says what is wrong', async ([, args, message]) => {
    const { code, stdout, stderr } = await lacuna(args);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^lacuna: .*\n$/);
    expect(stderr).toContain(message);
  });

  test('is a problem document with --json', async () => {
    const { code, stderr } = await lacuna(['--json', 'stats']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'usage',
      detail: "unknown command 'stats'; did you mean status?",
    });
  });

  test('that is empty shows the help on stderr', async () => {
    const { code, stdout, stderr } = await lacuna([]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: lacuna');
  });
});

describe('a server that is not there', () => {
  test('is named, with how to start one, and exits with 3', async () => {
    const url = await deadAddress();
    const { code, stderr } = await lacuna(['list'], { url });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `lacuna: no Lacuna server answers at ${url} (connection refused); start it with: npm start\n`,
    });
  });

  test('is a problem document with --json', async () => {
    const url = await deadAddress();
    const { code, stderr } = await lacuna(['wait', '@latest', '--json', '--url', url]);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'unreachable', detail: expect.stringContaining(url) as string });
  });
});

test('a server that wants a token is answered by how to give one', async () => {
  const refusal = problemDetails(new Failure('unauthorized', 'send a valid token, as authorization: Bearer TOKEN'));
  const server = createServer((_, response) => void response.writeHead(401).end(JSON.stringify(refusal)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await lacuna(['list'], { url });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lacuna: the server answers nobody without a valid token; give one by --token or LACUNA_TOKEN\n',
    });
  } finally {
    server.close();
  }
});

describe('a NATS server that is not there', () => {
  test('is named by fsck, which gives up', async () => {
    await using data = await tempDir();
    await mkdir(join(data.path, 'cluster'));
    const nats = (await deadAddress()).replace('http:', 'nats:');
    const { code, stderr } = await lacuna(['fsck', '--nats', nats, '--data', data.path]);
    expect(stderr).toMatch(
      new RegExp(`^lacuna: no NATS server with JetStream answers at ${nats} within 10 s; .*--nats\n$`),
    );
    expect(code).toBe(3);
  });

  test('is waited for by the services, and they say so', async () => {
    await using data = await tempDir();
    const nats = (await deadAddress()).replace('http:', 'nats:');
    const elsewhere = ['--nats', nats, '--otlp', 'http://127.0.0.1:4318', '--data', data.path];
    await using up = startLacuna(['up', '--port', String(await freePort()), ...elsewhere]);
    await eventually('it says so', () => up.stderr().includes(`waiting for a NATS server with JetStream at ${nats}`), {
      withinMs: 90_000,
    });
  });

  test('is waited for by provision, until Ctrl-C ends it without a word', async () => {
    const nats = (await deadAddress()).replace('http:', 'nats:');
    await using provision = startLacuna(['provision'], { env: { LACUNA_NATS_URL: nats } });
    const waiting = `waiting for a NATS server with JetStream at ${nats} (Ctrl-C ends it)\n`;
    await eventually('it says so', () => provision.stderr() === waiting, { withinMs: 90_000 });
    provision.child.kill('SIGINT');
    expect(await provision.outcome).toMatchObject({ code: 130, stderr: waiting });
  });
});

test('lacuna up takes the receiver of traces that the environment names, and says where they go', async () => {
  await using data = await tempDir();
  await using nats = await startNats();
  const env = { LACUNA_NATS_URL: nats.url, LACUNA_OTLP_URL: 'http://127.0.0.1:4318' };
  await using up = startLacuna(['up', '--port', String(await freePort()), '--data', data.path], { env });
  const told = await eventually('it is up', () => /Jaeger +(.+)\n/.exec(up.stdout().toString())?.[1], {
    withinMs: 90_000,
  });
  expect(told).toBe('not named; traces go to http://127.0.0.1:4318');
});

test('lacuna up says which variables are no settings, and takes those that it has options for', async () => {
  await using data = await tempDir();
  await using nats = await startNats();
  const port = String(await freePort());
  const env = {
    LACUNA_DEADLINE: 'pod.create=5s+5s',
    LACUNA_FOLLOW_AFTER: '3s',
    LACUNA_NATS_URL: nats.url,
    LACUNA_OTLP_URL: 'http://127.0.0.1:4318',
    LACUNA_PORT: port,
    LACUNA_DATA_DIR: data.path,
    LACUNA_CLUSTER: '',
  };
  await using up = startLacuna(['up'], { env });
  await eventually('it is up', () => up.stdout().toString().includes(`page and API  http://127.0.0.1:${port}\n`), {
    withinMs: 90_000,
  });
  expect(up.stdout().toString()).toContain(`log           ${data.path}/lacuna.log\n`);
  expect(up.stderr()).toBe('LACUNA_DEADLINE is no setting, and has no effect; did you mean LACUNA_DEADLINES?\n');
});

test('an output that takes nothing more is an error, and no verdict of a program', async () => {
  const { code, stderr } = await lacuna(['settings'], { to: '/dev/full' });
  expect(stderr).toBe("lacuna: the output can't be written: ENOSPC: no space left on device, write\n");
  expect(code).toBe(3);
});

describe('help', () => {
  test.for(['submit', 'list', 'status', 'logs', 'wait', 'cancel'])('of %s has an example', async (command) => {
    const { code, stdout } = await lacuna([command, '--help']);
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(
      new RegExp(`^Usage: lacuna ${command} [^]*\\nExamples:\\n  \\$ lacuna ${command} `),
    );
  });

  test('of a command is also to be had by name', async () => {
    const [asked, named] = await Promise.all([lacuna(['wait', '--help']), lacuna(['help', 'wait'])]);
    expect(named.stdout.toString()).toBe(asked.stdout.toString());
  });
});

describe('lacuna settings', () => {
  test('of a service lists what that service reads, with the default, and nothing else', async () => {
    const { code, stdout } = await lacuna(['settings', 'log-collect', '--json']);
    const { items } = JSON.parse(stdout.toString()) as { items: { variable: string; default?: string }[] };
    expect(code).toBe(0);
    expect(items).toContainEqual(expect.objectContaining({ variable: 'LACUNA_LOG_BUDGET', default: '1Gi' }));
    expect(items.map(({ variable }) => variable)).toContain('LACUNA_NATS_URL');
    expect(items.map(({ variable }) => variable)).not.toContain('LACUNA_COMPACT_AFTER');
  });

  test('has no colours in a pipe, in CI neither', async () => {
    const { stdout } = await lacuna(['settings', 'submit'], { env: { CI: 'true' } });
    expect(stdout.toString()).toContain('LACUNA_PORT = 4280\n');
  });
});
