import type { ServerExit } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { supervised } from '../src/platform/supervised.ts';

/** A server that ends when it is told to, or by itself. */
class FakeServer {
  readonly #end = Promise.withResolvers<ServerExit>();
  readonly exited = this.#end.promise;

  end(): void {
    this.#end.resolve({ code: 2, signal: null });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}

test('a server that can not be started again is tried until it can, and why it could not is said once', async () => {
  const started: FakeServer[] = [];
  const said: string[] = [];
  let isFull = false;
  let tries = 0;
  const start = async (): Promise<FakeServer> => {
    tries++;
    if (isFull) throw new Error('no space left on device\ngoroutine 1');
    started.push(new FakeServer());
    return started.at(-1)!;
  };
  const { current, resource } = await supervised('jaeger', start, (line) => said.push(line));
  isFull = true;
  started[0]!.end();
  await eventually('it was tried twice', () => tries >= 3);
  isFull = false;
  await eventually('it is back', () => current() === started[1]);
  expect(said).toEqual([
    'jaeger ended (exit code 2); starting it again',
    "jaeger can't be started again, and is tried until it can: no space left on device",
  ]);
  await resource[Symbol.asyncDispose]();
  expect(started).toHaveLength(2);
});

test('one that is tried in vain does not keep the platform from its end', async () => {
  const server = new FakeServer();
  let tries = 0;
  const start = async (): Promise<FakeServer> => {
    if (tries++ > 0) throw new Error('no space left on device');
    return server;
  };
  const { resource } = await supervised('jaeger', start, () => undefined);
  server.end();
  await eventually('it was tried again', () => tries > 1);
  await resource[Symbol.asyncDispose]();
});
