import { Failure } from '@lacuna/contracts';

/** A monitoring endpoint answers within milliseconds. Milliseconds. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks the server's monitoring endpoint (`http_port`) whether it writes to disk before it acknowledges (`sync_interval: always`; the
 * default is every two minutes). Throws `Failure('server-unsafe')` when it does not, or does not say. A client can't find this out over
 * NATS: the JetStream API does not tell, and an acknowledgement looks the same either way.
 */
export async function assertDurable(monitoringUrl: string): Promise<void> {
  const url = new URL('/jsz?config=1', monitoringUrl);
  let config: { readonly sync_always?: boolean } | undefined;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    config = ((await response.json()) as { config?: typeof config }).config;
  } catch (cause) {
    throw new Failure('server-unsafe', `${url.href} does not say how the server writes to disk`, { cause });
  }
  if (config?.sync_always !== true)
    throw new Failure(
      'server-unsafe',
      'the NATS server acknowledges before data is on disk: set sync_interval: always',
    );
}
