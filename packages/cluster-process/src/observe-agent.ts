import { KnownObjects, type Observation } from '@lacuna/cluster';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConnection } from './agent-connection.ts';

const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 1_000;

/** Watches until the signal is aborted or the connection closed. A break of the watch is followed by a new one, on a new agent if need be. */
export async function* observeAgent(connection: AgentConnection, signal: AbortSignal): AsyncGenerator<Observation> {
  const end = AbortSignal.any([signal, connection.closed]);
  const known = new KnownObjects();
  let backoff = FIRST_BACKOFF_MS;
  while (!end.aborted) {
    try {
      const response = await connection.request({ method: 'GET', path: '/watch' }, end);
      for await (const observation of known.track(observations(response))) {
        if (end.aborted) return;
        if (observation.kind === 'synced') backoff = FIRST_BACKOFF_MS;
        yield observation;
      }
    } catch {
      // Whatever broke the watch, the answer is the next one.
    }
    await delay(backoff, undefined, { signal: end }).catch(() => undefined);
    backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
  }
}

async function* observations(response: IncomingMessage): AsyncGenerator<Observation> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    // A line that a break has cut is told again by the next relist.
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Observation;
  }
}
