import type { ApiObject } from './api-objects.ts';
import type { Collection } from './collections.ts';
import { Inactivity } from './inactivity.ts';
import { readAnswer, type KubeConnection } from './kube-connection.ts';
import { lossOfError, lossOfRefusal, type Loss } from './loss.ts';
import type { Timings } from './timings.ts';
import { watchLines, type WatchEvent } from './watch-lines.ts';

/** What a watch tells; after `lost` it tells nothing more. */
export type Watched =
  | { readonly kind: 'changed'; readonly type: WatchEvent['type']; readonly object: ApiObject }
  | { readonly kind: 'lost'; readonly loss: Loss };

export interface WatchDeps {
  readonly connection: KubeConnection;
  readonly timings: Timings;
}

/**
 * Watches a collection from a version on. A watch that the server ends in good order is resumed from the last version heard, bookmarks
 * included; any other end is a loss, after which only a new listing says what exists. Ends quietly when the signal is aborted.
 */
export async function* watchLoop(
  deps: WatchDeps,
  collection: Collection,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  for (let resourceVersion = from; !signal.aborted;) {
    const startedAt = performance.now();
    let heard = false;
    for await (const step of watchOnce(deps, collection, resourceVersion, signal)) {
      if (step.kind === 'lost') {
        if (!signal.aborted) yield step;
        return;
      }
      heard = true;
      resourceVersion = step.object.metadata?.resourceVersion ?? resourceVersion;
      yield step;
    }
    if (heard || performance.now() - startedAt >= deps.timings.shortestWatchMs) continue;
    if (!signal.aborted)
      yield { kind: 'lost', loss: { because: `watch ${collection.name}: ended at once, without a word` } };
    return;
  }
}

async function* watchOnce(
  { connection, timings }: WatchDeps,
  collection: Collection,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const what = `watch ${collection.name}`;
  using inactivity = new Inactivity(timings.inactivityMs);
  const abort = new AbortController();
  const end = AbortSignal.any([signal, inactivity.signal, abort.signal]);
  try {
    const query = watchQuery(collection, resourceVersion, timings);
    const response = await connection.open('watch', { path: collection.path, query }, end);
    if (response.status !== 200) return yield { kind: 'lost', loss: lossOfRefusal(what, await readAnswer(response)) };
    for await (const event of watchLines(response.body)) {
      if (event.type === 'ERROR') return yield { kind: 'lost', loss: lossOfErrorEvent(what, event) };
      inactivity.pause();
      yield { kind: 'changed', type: event.type, object: event.object };
      inactivity.listen();
    }
  } catch (error) {
    yield { kind: 'lost', loss: lossOfError(what, inactivity.signal.reason ?? error) };
  } finally {
    abort.abort();
  }
}

/** Watches that start together must not end together. */
function watchQuery(
  { selector }: Collection,
  resourceVersion: string,
  { watchMs }: Timings,
): Record<string, string | number | boolean> {
  const timeoutSeconds = Math.max(1, Math.round((watchMs * (1 - Math.random() / 4)) / 1_000));
  return { ...selector, watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
}

/** The other form of "too old" is a 200 with an `ERROR` of code 410 in it; every other code is a break as well. */
function lossOfErrorEvent(what: string, { object: { code, message } }: WatchEvent): Loss {
  return { because: `${what}: ${code ?? 'ERROR'}: ${message ?? 'no message'}` };
}
