const ANSWER_WITHIN_MS = 5_000;

/**
 * Of a server alone. One of a cluster gives up JetStream as a whole ("JetStream not enabled"), and its streams go on at the others within
 * seconds: seen with nats-server 2.15.2, whose leader's disk was filled.
 */
const STREAM_ERROR = /^JetStream stream '.*' write error: /;
/** Of a cluster, when most of its servers are gone or have given JetStream up; seen in the same way. */
const NO_MAJORITY = 'JetStream has not established contact with a meta leader';

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
    return errors.map(({ error = '' }) => error).find((text) => STREAM_ERROR.test(text) || text === NO_MAJORITY);
  } catch {
    return undefined;
  }
}
