/** Doubling from `firstMs` up to `capMs`, with up to a quarter of jitter so that replicas do not retry in step. */
export function backoff(failures: number, firstMs: number, capMs: number): number {
  const exact = Math.min(capMs, firstMs * 2 ** Math.min(failures, 30));
  return Math.round(exact * (1 - Math.random() / 4));
}
