/** Codes of a connection that never came to be, so that nothing was sent; anything else may have reached the server. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host name not resolved',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'network not reachable',
  EADDRNOTAVAIL: 'address not available',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
};

/**
 * No answer, or only a part of one. `refused` = nothing was sent, so nothing can have happened;
 * `lost` = the connection broke, and what the server did with the request is unknown.
 */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
  readonly kind: 'refused' | 'lost';
  readonly url: string;

  constructor(kind: 'refused' | 'lost', url: string, details: { readonly why: string; readonly cause?: unknown }) {
    super(
      kind === 'refused'
        ? `no Lacuna server answers at ${url} (${details.why}); start it with: npm start`
        : `the connection to ${url} broke (${details.why}); look whether the server is still running, and try again`,
      { cause: details.cause },
    );
    this.kind = kind;
    this.url = url;
  }
}

/** What `fetch` or a body threw, as {@link ServerUnreachable}. */
export function unreachable(url: string, error: unknown): ServerUnreachable {
  if (error instanceof ServerUnreachable) return error;
  const { code, message } = rootOf(error);
  const neverSent = NEVER_SENT[code] ?? (isOfTls(code) ? `no secure connection: ${code}` : undefined);
  if (neverSent !== undefined) return new ServerUnreachable('refused', url, { why: neverSent, cause: error });
  return new ServerUnreachable('lost', url, { why: code === '' ? message : code, cause: error });
}

/** The handshake failed, before any request: it is not HTTPS, or its certificate is not trusted. Source: `errors` of node:tls. */
function isOfTls(code: string): boolean {
  return /^ERR_(?:SSL|TLS)_|CERT|^UNABLE_TO_/.test(code);
}

/** `fetch` only says "fetch failed"; what happened is in the cause that carries a code, or in the last one. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  let message = String(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    message = cause.message;
    if ('code' in cause && typeof cause.code === 'string') return { code: cause.code, message };
  }
  return { code: '', message };
}
