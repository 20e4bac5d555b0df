import { setTimeout as delay } from 'node:timers/promises';
import { defined, Failure } from '@lacuna/contracts';
import { parseEventStream, type EventStreamMessage } from './parse-event-stream.ts';
import type { Patience } from './patience.ts';
import { evaluationPath } from './evaluation-path.ts';
import type { Transport } from './transport.ts';

/** Milliseconds of silence after which a stream is opened anew: a dead connection and a quiet one look the same. */
const SILENT_MS = 60_000;
/** Milliseconds before a stream that the server ended is opened again. */
const REOPEN_MS = 500;

/** One server-sent event; `data` is the parsed JSON that it carries. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: unknown;
}

export interface EventsOptions {
  /** Go on after this event. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `open` each time a stream begins: before it, something may have been missed by whoever keeps no event ids. */
export type StreamChange = { readonly kind: 'open' } | { readonly kind: 'event'; readonly event: ServerEvent };

interface Subscription extends EventsOptions {
  /** Of all evaluations when absent. */
  readonly id?: string | undefined;
  readonly patience: Patience;
}

/** Events as they come, over as many connections as it takes; each resumes with `Last-Event-ID`. */
export async function* events(
  transport: Transport,
  subscription: Subscription,
): AsyncGenerator<ServerEvent, void, undefined> {
  for await (const change of subscribe(transport, subscription)) if (change.kind === 'event') yield change.event;
}

/** As {@link events}, and tells when each connection begins. Ends only when the server says that there will be no more (204). */
export async function* subscribe(
  transport: Transport,
  { id, lastEventId, signal, patience }: Subscription,
): AsyncGenerator<StreamChange, void, undefined> {
  const path = id === undefined ? '/v1/events' : evaluationPath(id, '/events');
  for (let last = lastEventId; ;) {
    try {
      const headers = { accept: 'text/event-stream', ...defined({ 'last-event-id': last }) };
      const { status, body } = await transport.send({ path, headers, signal, idleMs: SILENT_MS });
      if (status === 204) return;
      patience.succeeded();
      yield { kind: 'open' };
      for await (const message of parseEventStream(body)) {
        last = message.id ?? last;
        yield { kind: 'event', event: eventOf(message) };
      }
    } catch (error) {
      await patience.failed(error, signal);
      continue;
    }
    await delay(REOPEN_MS, undefined, { signal });
  }
}

function eventOf({ id, event, data }: EventStreamMessage): ServerEvent {
  try {
    return { id, type: event, data: JSON.parse(data) as unknown };
  } catch (cause) {
    throw new Failure('bug', `the server sent an event that is not JSON: ${data.slice(0, 120)}`, { cause });
  }
}
