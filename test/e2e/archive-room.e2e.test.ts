import { pathToFileURL } from 'node:url';
import { tempDir, type TempDir } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

const LOGS = 'LACUNA_LOGS';
/** Noise, because text is packed and would take next to no room. */
const TWO_MB = 'head -c 2000000 /dev/urandom';

let dir: TempDir;
let system: System;
beforeAll(async () => {
  dir = await tempDir();
  system = await startSystem({ env: { LACUNA_ARCHIVE: pathToFileURL(dir.path).href, LACUNA_ARCHIVE_AFTER: '100h' } });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

test('evaluations that write more than the store may hold make room for each other, and every log stays readable', async () => {
  const nats = await connect({ servers: system.nats.url });
  const { streams } = await nats.jetstreamManager();
  const { config } = await streams.info(LOGS);
  await streams.update(LOGS, { ...config, max_bytes: 5_000_000 });
  const ids = [];
  for (let n = 0; n < 6; n++) {
    const { id } = await system.client.submit({ command: ['sh', '-c', TWO_MB], report: 'none' });
    const view = await untilSettled(system.client, id);
    expect(view.verdict, view.reason).toBe('passed');
    ids.push(id);
  }
  const { state } = await streams.info(LOGS);
  expect(state.bytes).toBeLessThan(5_000_000);
  await nats.close();
  for (const id of ids) {
    let bytes = 0;
    for await (const part of (await system.client.log(id, {})).body) bytes += part.length;
    expect(bytes).toBe(2_000_000);
  }
});
