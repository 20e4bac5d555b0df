import { STREAMS, type ReaderState, type StageService } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';

/** The key of a consumer's metadata that says whose it is. */
export const SERVICE_KEY = 'lacuna.service';

/** Who asks wants to know now; a server that is slower says nothing of its readers. Milliseconds. */
const ASK_MS = 1_000;

/** What the server tells of a consumer. */
export interface ConsumerInfo {
  readonly config: { readonly durable_name?: string; readonly metadata?: Readonly<Record<string, string>> };
  /** RFC 3339. */
  readonly created: string;
  /** When the server said all this. RFC 3339. */
  readonly ts: string;
  readonly delivered: { readonly last_active?: string };
  /** Up to where everything that was delivered is acknowledged. */
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_waiting: number;
  /** Set when somebody takes what the server pushes. */
  readonly push_bound?: boolean;
}

interface ConsumerPage {
  readonly total: number;
  readonly consumers: readonly ConsumerInfo[] | null;
}

/**
 * Everybody who reads the stream of facts, as the server knows them: one entry a consumer. It keeps one whose reader is gone for half a
 * minute, or for good when it is durable; such a one asks for nothing. Throws `NoAnswer` or `ApiError`, also when we may not ask.
 */
export async function readers(connection: Connection): Promise<ReaderState[]> {
  return (await listConsumers(connection, STREAMS.facts.name, ASK_MS)).flatMap(stateOf);
}

/** All consumers of a stream. Throws `NoAnswer` or `ApiError`. */
export async function listConsumers(
  connection: Connection,
  stream: string,
  timeoutMs: number,
): Promise<ConsumerInfo[]> {
  const found: ConsumerInfo[] = [];
  for (let offset = 0, total = 1; offset < total;) {
    const page = await callApi<ConsumerPage>(connection, `CONSUMER.LIST.${stream}`, { offset }, timeoutMs);
    const consumers = page.consumers ?? [];
    found.push(...consumers);
    if (consumers.length === 0) return found;
    total = page.total;
    offset += consumers.length;
  }
  return found;
}

function stateOf({ config, num_pending, num_ack_pending, num_waiting }: ConsumerInfo): ReaderState[] {
  const name = config.metadata?.[SERVICE_KEY]?.replace(/^lacuna-/, '');
  if (name === undefined) return [];
  const service = name as StageService;
  return [{ service, pending: num_pending, unanswered: num_ack_pending, asking: num_waiting > 0 }];
}
