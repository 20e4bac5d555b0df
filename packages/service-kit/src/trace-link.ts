/** Where the trace of an id is shown, by the settings; undefined when none of them says it. */
export function traceLink(
  { traceUrl, jaegerUrl }: { readonly traceUrl?: string; readonly jaegerUrl?: string },
  traceId: string,
): string | undefined {
  const ofJaeger = jaegerUrl === undefined ? undefined : `${jaegerUrl.replace(/\/+$/, '')}/trace/{id}`;
  return (traceUrl ?? ofJaeger)?.replaceAll('{id}', traceId);
}
