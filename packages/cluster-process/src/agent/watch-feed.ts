import type { Observation } from '@lacuna/cluster';
import type { ServerResponse } from 'node:http';
import { nowMs } from './now-ms.ts';

/** What a watcher may leave unread. One that reads so slowly is cut off; it comes back and is told what exists, which is less. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** The watchers, each on a response that never ends by itself. */
export class WatchFeed {
  readonly #watchers = new Set<ServerResponse>();

  /** Tells a new watcher what exists and keeps telling it what changes. */
  attach(response: ServerResponse, existing: readonly Observation[]): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(linesOf([...existing, { kind: 'synced', at: nowMs() }]));
    this.#watchers.add(response);
    response.on('close', () => this.#watchers.delete(response));
  }

  publish(observations: readonly Observation[]): void {
    if (this.#watchers.size === 0 || observations.length === 0) return;
    const lines = linesOf(observations);
    for (const watcher of this.#watchers) {
      if (watcher.writableLength > MAX_UNREAD_BYTES) watcher.destroy();
      else watcher.write(lines);
    }
  }
}

function linesOf(observations: readonly Observation[]): string {
  return observations.map((observation) => `${JSON.stringify(observation)}\n`).join('');
}
