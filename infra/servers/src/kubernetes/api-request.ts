import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

/** How to reach an API server, or another part of the cluster that serves with the same certificate. */
export interface ApiAccess {
  /** Such as `https://127.0.0.1:20123`. */
  readonly url: string;
  readonly caFile: string;
  /** Bearer token; without one the request is anonymous. */
  readonly token?: string;
}

export interface ApiRequest {
  /** Path with its query, such as `/api/v1/nodes?limit=1`. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body: `application/json` unless told. */
  readonly contentType?: string;
  /** The part of the answer that is wanted, such as `bytes=10-19`. */
  readonly range?: string;
  /** Milliseconds after which it is given up; 10,000 unless told. */
  readonly withinMs?: number;
}

interface ApiResponse {
  readonly status: number;
  readonly text: string;
}

const WITHIN_MS = 10_000;

/** One request over a connection of its own. Rejects when there is no answer in time; any status is an answer. */
export async function requestApi(
  access: ApiAccess,
  { path, method, body, contentType, range, withinMs = WITHIN_MS }: ApiRequest,
): Promise<ApiResponse> {
  const ca = await readFile(access.caFile);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(access.token && { authorization: `Bearer ${access.token}` }),
    ...(range !== undefined && { range }),
    ...(payload !== undefined && { 'content-type': contentType ?? 'application/json' }),
  };
  const signal = AbortSignal.timeout(withinMs);
  return new Promise((resolve, reject) => {
    const outgoing = request(`${access.url}${path}`, { method: method ?? 'GET', ca, headers, signal, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.setEncoding('utf8').on('error', reject);
      incoming
        .reduce<string>((text, chunk) => text + String(chunk), '')
        .then((text) => resolve({ status: incoming.statusCode ?? 0, text }), reject);
    });
    outgoing.end(payload);
  });
}

/** True when `path` answers 200. */
export const isOk = async (access: ApiAccess, path: string): Promise<boolean> =>
  (await requestApi(access, { path })).status === 200;
