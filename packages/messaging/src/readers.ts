import { STREAMS, type ReaderState, type StageService } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';

/** The key of a consumer's metadata that says whose it is. */
export const SERVICE_KEY = 'lacuna.service';

const ASK_MS = 1_000;

interface ConsumerInfo {
  readonly config: { readonly metadata?: Readonly<Record<string, string>> };
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_waiting: number;
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
  const found: ReaderState[] = [];
  for (let offset = 0, total = 1; offset < total;) {
    const verb = `CONSUMER.LIST.${STREAMS.facts.name}`;
    const page = await callApi<ConsumerPage>(connection, verb, { offset }, ASK_MS);
    const consumers = page.consumers ?? [];
    found.push(...consumers.flatMap(stateOf));
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
