import type { KubeConfig } from './kube-config.ts';
import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';

/** Who we are, for one request: tokens are read again and exec plugins asked again when theirs have run out. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** The same as long as connections made with this material may be used. */
  readonly tlsKey: string;
}

const TLS_OPTIONS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;
type TlsMaterial = Pick<RequestOptions, (typeof TLS_OPTIONS)[number]>;

/** The identity of a kubeconfig's current context. Rejects when a file cannot be read or an exec plugin fails. */
export async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const tls = tlsOf(options);
  return { headers: headersOf(options), tls, tlsKey: fingerprint(tls) };
}

function headersOf({ headers = {}, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const basic =
    auth === undefined || auth === null ? {} : { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return { ...basic, ...Object.fromEntries(given) };
}

function tlsOf(options: RequestOptions): TlsMaterial {
  return Object.fromEntries(
    TLS_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

function fingerprint(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) hash.update(`${name}=`).update(bytesOf(value));
  return hash.digest('hex');
}

function bytesOf(value: unknown): string | Buffer {
  return Buffer.isBuffer(value) ? value : JSON.stringify(value);
}
