import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';

/** Whether another process could reserve the port. */
async function reservedElsewhere(port: number): Promise<boolean> {
  const reservePort = new URL('../src/reserve-port.ts', import.meta.url).href;
  const script = `import { reservePort } from '${reservePort}'; console.log(await reservePort(${port}));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout) as boolean;
}

test('a port that was given out is given to no other process, although nobody listens there yet, and a server can', async () => {
  const port = await freePort();
  expect(await reservedElsewhere(port)).toBe(false);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
  expect(await reservedElsewhere(port)).toBe(false);
});
