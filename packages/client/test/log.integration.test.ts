import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { createClient, type Client } from '../src/index.ts';
import type { LogOptions } from '../src/log.ts';
import { json, scriptedServer } from './support/scripted-server.ts';
import { ID, running, settled, withLog } from './support/views.ts';

/** Every byte there is, which is neither text nor UTF-8. */
const BYTES = Buffer.from(Array.from({ length: 1_024 }, (_, i) => i % 256));

async function bytesOf(client: Client, options?: LogOptions): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync((await client.log(ID, options)).body));
}

describe('a log', () => {
  test('arrives byte by byte as it is, with its state and digest', async () => {
    await using server = await scriptedServer((_, response) => {
      response.writeHead(200, { 'lacuna-log-state': 'sealed', 'repr-digest': 'sha-256=:AAAA:' }).end(BYTES);
    });
    const log = await createClient(server).log(ID);
    expect(log).toMatchObject({ state: 'sealed', digest: 'sha-256=:AAAA:' });
    expect(Buffer.concat(await Array.fromAsync(log.body)).equals(BYTES)).toBe(true);
  });

  test('whose connection breaks is resumed at the next byte', async () => {
    await using server = await scriptedServer(({ query }, response, nth) => {
      const rest = BYTES.subarray(Number(query.get('offset')));
      if (nth === 0) response.writeHead(200).write(rest.subarray(0, 300), () => response.destroy());
      else response.end(rest);
    });
    expect((await bytesOf(createClient(server))).equals(BYTES)).toBe(true);
    expect(server.seen.map(({ query }) => query.get('offset'))).toEqual(['0', '300']);
  });

  test('that is followed goes on with the log of the next attempt, from its first byte', async () => {
    const retried = { ...running(), spec: { name: 'x', command: ['x'], retries: 1 } };
    let views = 0;
    await using server = await scriptedServer(({ path, query }, response) => {
      const done = views > 0;
      if (!path.endsWith('/log')) return json(response, 200, views++ === 0 ? retried : withLog(4));
      const from = query.get('attempt') === (done ? '2' : '1') ? Number(query.get('offset')) : 0;
      response
        .writeHead(200, { 'lacuna-attempt': done ? '2' : '1' })
        .end(Buffer.from(done ? 'then' : 'first').subarray(from));
    });
    const attempts: number[] = [];
    const onAttempt = (attempt: number): void => void attempts.push(attempt);
    const bytes = await bytesOf(createClient(server), { follow: true, onAttempt });
    expect([bytes.toString(), attempts]).toEqual(['firstthen', [2]]);
  });

  test('of an unknown evaluation fails before its first byte', async () => {
    const problem = { code: 'not-found', detail: 'no such evaluation' };
    await using server = await scriptedServer((_, response) => json(response, 404, problem));
    await expect(createClient(server).log('ev-x')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that is followed goes on after the stream ended, until it has every byte of its statement', async () => {
    await using server = await scriptedServer(({ path, query }, response) => {
      if (!path.endsWith('/log')) return json(response, 200, withLog(BYTES.length));
      const from = Number(query.get('offset'));
      response.end(BYTES.subarray(from, from + 700));
    });
    expect((await bytesOf(createClient(server), { follow: true })).equals(BYTES)).toBe(true);
    const logs = server.seen.filter(({ path }) => path.endsWith('/log'));
    expect(logs.map(({ query }) => query.toString())).toEqual(['follow=1&offset=0', 'follow=1&offset=700']);
  });

  test('that is followed waits while it is open, and ends with an evaluation that never got a log', async () => {
    let reads = 0;
    await using server = await scriptedServer(({ path }, response) => {
      if (path.endsWith('/log')) response.end();
      else json(response, 200, reads++ === 0 ? running() : settled());
    });
    expect(await bytesOf(createClient(server), { follow: true })).toHaveLength(0);
    expect(reads).toBe(2);
  });

  test('of which the store lost bytes ends all the same', async () => {
    await using server = await scriptedServer(({ path, query }, response) => {
      if (path.endsWith('/log')) response.end(BYTES.subarray(Number(query.get('offset')), 500));
      else json(response, 200, withLog(BYTES.length));
    });
    expect(await bytesOf(createClient(server), { follow: true })).toHaveLength(500);
  });
});
