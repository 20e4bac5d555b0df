import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createClient, ServerUnreachable } from '../src/index.ts';
import type { ServerEvent } from '../src/events.ts';
import { json, scriptedServer } from './support/scripted-server.ts';
import { ID, running, settled } from './support/views.ts';

const sse = (response: ServerResponse, ...lines: string[]): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }) && (response.write(lines.join('')), response);

describe('events', () => {
  test('go on after a broken connection where they were, with Last-Event-ID', async () => {
    await using server = await scriptedServer(({ headers }, response) => {
      const after = Number(headers['last-event-id'] ?? 0);
      const event = `: hello\n\nid: ${after + 1}\nevent: submitted\ndata: {"n":\ndata: ${after + 1}}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event, () => response.destroy());
    });
    const received: ServerEvent[] = [];
    for await (const event of createClient(server).events(ID, { lastEventId: '6' })) {
      received.push(event);
      if (received.length === 3) break;
    }
    expect(received).toEqual([7, 8, 9].map((n) => ({ id: String(n), type: 'submitted', data: { n } })));
    expect(server.seen[0]?.path).toBe(`/v1/evaluations/${ID}/events`);
  });

  test('of all evaluations end when the caller aborts', async () => {
    await using server = await scriptedServer((_, response) => void sse(response, 'id: 1\ndata: {}\n\n'));
    const stop = new AbortController();
    const received: ServerEvent[] = [];
    const listening = (async () => {
      for await (const event of createClient(server).events(undefined, { signal: stop.signal })) {
        received.push(event);
        stop.abort();
      }
    })();
    await expect(listening).rejects.toMatchObject({ name: 'AbortError' });
    expect(received).toHaveLength(1);
    expect(server.seen[0]?.path).toBe('/v1/events');
  });

  test('that are not JSON are an error that shows them', async () => {
    await using server = await scriptedServer((_, response) => void sse(response, 'data: oops\n\n'));
    const first = async (): Promise<unknown> => Array.fromAsync(createClient(server).events());
    await expect(first()).rejects.toThrow(/not JSON: oops/);
  });
});

describe('waiting for a verdict', () => {
  test('reads the evaluation at each event, shows what it reads, and ends with the verdict', async () => {
    let reads = 0;
    await using server = await scriptedServer(({ path }, response) => {
      if (path.endsWith('/events')) sse(response, 'data: {}\n\n', 'data: {}\n\n');
      else json(response, 200, ++reads < 3 ? running() : settled());
    });
    const phases: string[] = [];
    const onView = ({ phase }: { phase: string }): void => void phases.push(phase);
    const view = await createClient(server).waitUntilSettled(ID, { onView });
    expect(view.verdict).toBe('passed');
    expect(phases).toEqual(['running', 'running', 'settled']);
  });

  test('needs no event at all when the verdict is there', async () => {
    await using server = await scriptedServer(({ path }, response) =>
      path.endsWith('/events') ? void sse(response, ': nothing yet\n\n') : json(response, 200, settled()),
    );
    expect((await createClient(server).waitUntilSettled(ID)).verdict).toBe('passed');
  });

  test('outlives a server that goes away and comes back', async () => {
    let settledNow = false;
    await using server = await scriptedServer(({ path }, response, nth) => {
      if (nth > 1 && nth < 5) return void response.destroy();
      if (nth >= 5) settledNow = true;
      if (path.endsWith('/events')) sse(response, settledNow ? '' : 'data: {}\n\n');
      else json(response, 200, settledNow ? settled() : running());
    });
    expect((await createClient(server).waitUntilSettled(ID)).verdict).toBe('passed');
  });

  test('gives up a server that stays away', async () => {
    await using server = await scriptedServer(({ path }, response, nth) => {
      if (nth > 1) response.destroy();
      else if (path.endsWith('/events')) sse(response, '');
      else json(response, 200, running(), { connection: 'close' });
      if (nth === 1) setImmediate(() => void server.vanish());
    });
    const waiting = createClient({ url: server.url, patienceMs: 50 }).waitUntilSettled(ID);
    await expect(waiting).rejects.toBeInstanceOf(ServerUnreachable);
  });
});
