import type { Accepted, ProblemDetails } from '@lacuna/contracts';

interface CallOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read to its end. */
interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** One HTTP call as anybody would make it. Objects are sent as JSON, JSON comes back as objects. */
export async function call<T = Accepted & ProblemDetails>(url: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = options;
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
}
