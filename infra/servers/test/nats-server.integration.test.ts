import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startNatsServer } from '../src/nats-server.ts';
import { resolveBinary } from '../src/resolve-server.ts';
import { freePort } from '../src/free-port.ts';
import { natsRequest } from './support/nats-request.ts';
import { sandbox } from './support/sandbox.ts';

async function natsBinary(): Promise<string> {
  const server = await resolveBinary('nats');
  if (server.kind === 'unavailable') throw new Error(server.message);
  return server.path;
}

const STREAM = JSON.stringify({ name: 'S', subjects: ['s.>'], storage: 'file' });

test('nats-server answers on loopback, and what it acknowledged survives kill -9 and a restart on the same port', async () => {
  await using machine = await sandbox();
  const options = { path: await natsBinary(), dataDir: machine.folder };
  await using first = await startNatsServer(options);
  expect(first.url).toBe(`nats://127.0.0.1:${first.port}`);
  expect(await natsRequest(first.port, '$JS.API.STREAM.CREATE.S', STREAM)).not.toHaveProperty('error');
  expect(await natsRequest(first.port, 's.one', 'hello')).toMatchObject({ stream: 'S', seq: 1 });
  await first.kill();
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

  await using second = await startNatsServer({ ...options, port: first.port });
  expect(second.url).toBe(first.url);
  expect(await natsRequest(second.port, '$JS.API.STREAM.INFO.S', '')).toMatchObject({ state: { messages: 1 } });
});

test('two servers run side by side', async () => {
  await using machine = await sandbox();
  await using otherMachine = await sandbox();
  const path = await natsBinary();
  await using one = await startNatsServer({ path, dataDir: machine.folder });
  await using other = await startNatsServer({ path, dataDir: otherMachine.folder });
  expect(other.url).not.toBe(one.url);
  expect(await natsRequest(other.port, '$JS.API.INFO', '')).toMatchObject({ streams: 0 });
});

test('a request with an unknown field is refused, so a misspelt setting is never ignored', async () => {
  await using machine = await sandbox();
  await using server = await startNatsServer({ path: await natsBinary(), dataDir: machine.folder });
  const misspelt = JSON.stringify({ name: 'S', subjects: ['s.>'], max_mgs_per_subject: 1 });
  expect(await natsRequest(server.port, '$JS.API.STREAM.CREATE.S', misspelt)).toMatchObject({ error: { code: 400 } });
});

test('a port in use is an error that names it', async () => {
  await using machine = await sandbox();
  const port = await freePort();
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  try {
    await expect(startNatsServer({ path: await natsBinary(), dataDir: machine.folder, port })).rejects.toThrow(
      `nats-server: port ${port} of 127.0.0.1 is in use`,
    );
  } finally {
    squatter.close();
  }
});

test('a server whose owner was killed is stopped by the next start on its folder', async () => {
  await using machine = await sandbox();
  const options = { path: await natsBinary(), dataDir: machine.folder };
  const owner = spawn(process.execPath, [
    new URL('./support/own-a-server.ts', import.meta.url).pathname,
    JSON.stringify(options),
  ]);
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const leftover = JSON.parse(line) as { pid: number; port: number };
  owner.kill('SIGKILL');
  await once(owner, 'exit');

  const told: string[] = [];
  await using server = await startNatsServer({
    ...options,
    port: leftover.port,
    onLog: (text) => void told.push(text),
  });
  expect(server.pid).not.toBe(leftover.pid);
  expect(told[0]).toContain(`stopping process ${leftover.pid}, left over on ${machine.folder}`);
});
