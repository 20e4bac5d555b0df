const ANSWER_WITHIN_MS = 5_000;

/** Of a server alone. In a cluster such a stream goes on at another server, and this one says that its copy "is not current". */
const STREAM_ERROR = /^JetStream stream '.*' write error: /;
/** Of JetStream as a whole, which a server switches off at some errors. Source: JSNotEnabledErr in nats-server. */
const SWITCHED_OFF = 'JetStream not enabled';

/**
 * Why the server stores nothing any more, in its own words; undefined when it does, or when its monitoring endpoint (`http_port`) does not
 * answer. After an error of the disk a stream takes nothing until the server is started again, also when there is room long since: what
 * is published gets no answer at all, while the rest of the JetStream API goes on to answer (`setWriteErr` in nats-server). A client can't
 * tell that from a slow server.
 */
export async function storageError(monitoringUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const url = new URL('/healthz?details=true', monitoringUrl);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]) });
    const { errors = [] } = (await response.json()) as { readonly errors?: readonly { readonly error?: string }[] };
    return errors.map(({ error = '' }) => error).find((text) => STREAM_ERROR.test(text) || text === SWITCHED_OFF);
  } catch {
    return undefined;
  }
}
