import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Story, testId } from '@lacuna/contracts/testing';
import { connectBus } from '@lacuna/messaging';
import { eventually, startNats, tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { lacuna, startLacuna } from './support/run-lacuna.ts';

/** An API without evaluations, which answers when something has happened. */
async function emptyApi(happen: () => Promise<void>): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => {
    void happen().then(() => response.setHeader('content-type', 'application/json').end('{"items":[]}'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test('a NATS server that goes away in the middle is named, and given up within seconds', async () => {
  await using nats = await startNats();
  await using bus = await connectBus({ servers: [nats.url], name: 'test' });
  await bus.provision();
  for (const { fact } of new Story(testId(1), Date.now()).facts) await bus.publishFact(fact);
  await using data = await tempDir();
  await mkdir(join(data.path, 'cluster'));
  let goneAt = 0;
  await using api = await emptyApi(async () => {
    await nats.kill9();
    goneAt ||= performance.now();
  });

  // It is not listed, which has to be looked at again.
  const { code, stdout, stderr } = await lacuna(['fsck', '--nats', nats.url, '--data', data.path], { url: api.url });
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 3,
    stdout: '',
    stderr:
      'lacuna: the NATS server went away, and is not back after 5 s; what was begun is not finished: try again when it is back\n',
  });
  expect(performance.now() - goneAt).toBeLessThan(20_000);
});

test('a NATS server that is frozen in the middle is told within seconds, and the check goes on when it answers again', async () => {
  await using nats = await startNats();
  await using bus = await connectBus({ servers: [nats.url], name: 'test' });
  await bus.provision();
  await using data = await tempDir();
  await mkdir(join(data.path, 'cluster'));
  let isFrozen = false;
  await using api = await emptyApi(async () => {
    if (!isFrozen) nats.pause();
    isFrozen = true;
  });
  await using fsck = startLacuna(['fsck', '--nats', nats.url, '--data', data.path], { url: api.url });
  // Beside other tests the command alone may take most of twenty seconds to start.
  const says = () => fsck.stderr().startsWith('the NATS server does not answer;');
  await eventually('it says so', says, { withinMs: 60_000 });
  nats.resume();
  const { code, stdout } = await fsck.outcome;
  expect({ code, stdout: stdout.toString() }).toEqual({
    code: 0,
    stdout: '0 evaluations and 0 logs rebuilt from the stream: no difference\n',
  });
});
