import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startNats } from '../src/index.ts';

/** What a client sees: the greeting, a refused connection, or nothing within some time, which by default is more than any greeting takes. */
async function greeting(url: string, withinMs = 60_000): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(withinMs) })) as [Buffer];
    return data.toString().slice(0, 4);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    socket.destroy();
  }
}

test('the server greets, is refused after kill -9, and greets again on the same port after a restart', async () => {
  await using nats = await startNats();
  expect(await greeting(nats.url)).toBe('INFO');
  await nats.kill9();
  expect(await greeting(nats.url)).toBe('ECONNREFUSED');
  await nats.restart();
  expect(await greeting(nats.url)).toBe('INFO');
});

test('a paused server is silent and goes on when resumed', async () => {
  await using nats = await startNats();
  nats.pause();
  expect(await greeting(nats.url, 500)).toBe('ABORT_ERR');
  nats.resume();
  expect(await greeting(nats.url)).toBe('INFO');
});

test('disposal ends even a paused server and removes its data', async () => {
  let fixture;
  {
    await using nats = await startNats();
    fixture = nats;
    expect(existsSync(nats.dataDir)).toBe(true);
    nats.pause();
  }
  expect(existsSync(fixture.dataDir)).toBe(false);
  expect(await greeting(fixture.url)).toBe('ECONNREFUSED');
});
