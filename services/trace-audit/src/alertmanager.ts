import { defined, Failure, type Alert } from '@lacuna/contracts';

/** Alertmanager resolves by itself what is not sent again; only evidence may resolve, so the end is put far away. Milliseconds. */
const UNTIL_RESOLVED_MS = 365 * 86_400_000;

/** One alert in the shape of Alertmanager's API v2 (`POST /api/v2/alerts`). Its labels are its identity there. */
export function alertmanagerAlert(alert: Alert): object {
  const { key, evaluation, attempt, stage, cause, name } = alert;
  const endsAt = alert.status === 'resolved' ? alert.at : alert.at + UNTIL_RESOLVED_MS;
  return {
    // The key too: two orphans of one evaluation differ in nothing else, and the end of one must not be that of both.
    labels: { alertname: 'LacunaSpanIncomplete', key, evaluation, attempt: String(attempt), stage, cause, name },
    annotations: {
      summary: `${stage} ${cause} in ${name}`,
      description: alert.reason,
      trace_id: alert.traceId,
      ...defined({ trace: alert.links.trace }),
    },
    ...(alert.status === 'raised' ? { startsAt: new Date(alert.at).toISOString() } : {}),
    endsAt: new Date(endsAt).toISOString(),
    ...defined({ generatorURL: alert.links.self }),
  };
}

/** Posts JSON and turns every answer that is not 2xx, and none at all, into a retry: an alert is delivered late rather than never. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    signal: bounded,
  }).catch((cause: unknown) => {
    throw new Failure('overloaded', `${url} does not answer: ${(cause as Error).message}`, { cause });
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Failure('overloaded', `${url} answered ${answer.status}`);
}
