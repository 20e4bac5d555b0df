import { Failure } from '@lacuna/contracts';
import { isAuthorized, type TokenHashes } from './tokens.ts';

interface GuardOptions {
  /** Undefined = nobody has to say who they are, which is for loopback only. */
  readonly tokens: TokenHashes | undefined;
  readonly publicUrl: string;
}

interface Caller {
  readonly url: string;
  readonly headers: { readonly authorization?: string | undefined; readonly host?: string | undefined };
}

/** Probes; they tell nothing about any evaluation. */
const OPEN = new Set(['/healthz', '/readyz']);

/**
 * Who may call. With tokens: whoever has one. Without: whoever is on this machine and means it. A page of another site that has its own
 * name resolve to 127.0.0.1 would make a browser submit commands to us; it can't forge the `Host` that the browser sends.
 */
export function createGuard(
  { tokens, publicUrl }: GuardOptions,
  openPaths: Iterable<string>,
): (caller: Caller) => void {
  const open = new Set([...OPEN, ...openPaths]);
  const ownHost = URL.parse(publicUrl)?.host;
  return ({ url, headers }) => {
    if (tokens === undefined) {
      if (!isLocal(headers.host, ownHost)) throw foreignHost();
    } else if (!isAuthorized(headers.authorization, tokens) && !open.has(url.split('?')[0] ?? ''))
      throw new Failure(
        'unauthorized',
        'send a valid token, as authorization: Bearer TOKEN, or to a browser as password',
      );
  };
}

function isLocal(host: string | undefined, ownHost: string | undefined): boolean {
  // Absent only in HTTP/1.0, which no browser speaks.
  return host === undefined || host === ownHost || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function foreignHost(): Failure {
  const message = 'is not an address of this service; use 127.0.0.1, or set LACUNA_PUBLIC_URL';
  return new Failure('invalid-header', `Host ${message}`, { problems: [{ where: 'Host', message }] });
}
