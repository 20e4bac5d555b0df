/** Where spans are posted: the `/v1/traces` of an OTLP/HTTP base address. An address that already ends so is taken as it is. */
export function tracesUrl(otlpUrl: string): string {
  const url = new URL(otlpUrl);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/v1/traces') ? path : `${path}/v1/traces`;
  return url.href;
}
