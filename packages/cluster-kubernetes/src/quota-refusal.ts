/**
 * What a refusal says about a quota: `full` when waiting can help, `too-small` when the quota could not hold the request even with nothing
 * in it, undefined when no quota refused. Kubernetes has no code for it, only the words
 * `exceeded quota: NAME, requested: pods=1, used: pods=5, limited: pods=5`. Source: k8s.io/apiserver, plugin resourcequota, `CheckRequest`.
 */
export function quotaRefusal(message: string): 'full' | 'too-small' | undefined {
  const [, requested = '', limited = ''] =
    /exceeded quota: [^,]+, requested: (\S+), used: \S+, limited: (\S+)/.exec(message) ?? [];
  if (requested === '') return undefined;
  const limits = new Map(amounts(limited));
  const fits = amounts(requested).every(([resource, amount]) => amount <= (limits.get(resource) ?? Infinity));
  return fits ? 'full' : 'too-small';
}

/** `requests.cpu=500m,pods=1`, the figures as numbers. */
function amounts(list: string): [string, number][] {
  return list.split(',').map((entry) => {
    const [resource = '', quantity = ''] = entry.split('=');
    return [resource, toNumber(quantity)];
  });
}

const FACTORS = new Map([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, i) => [suffix, 10 ** (3 * (i - 3))] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, i) => [suffix, 2 ** (10 * (i + 1))] as const),
]);

/** A Kubernetes quantity. One that cannot be read counts as nothing: the quota is then called full, and the wait for it has its own end. */
function toNumber(quantity: string): number {
  const [, figure = '', suffix = ''] = /^([0-9.]+(?:e[0-9]+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(figure) * (FACTORS.get(suffix) ?? 0);
}
