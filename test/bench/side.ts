/** Runs `count` tasks, `concurrency` at a time, and returns how many a second were done. */
export async function rateOf(
  count: number,
  concurrency: number,
  task: (i: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const begin = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - begin) / 1_000);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * One line of a comparison: both sides of the same run, in rates a second, taken in turn. The ratio is the median of the rounds' own
 * ratios: a shared machine's speed drifts from round to round, and drifts for both sides alike.
 */
export function report(what: string, { ours, theirs, target }: Comparison): void {
  const ratio = median(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN)));
  const verdict = ratio >= target ? 'met' : 'MISSED';
  const rates = `${median(ours).toFixed(0)}/s against ${median(theirs).toFixed(0)}/s`;
  console.log(
    `${what}: ${rates}, ratio ${(100 * ratio).toFixed(0)} % (target ${100 * target} %: ${verdict}; ${ours.length} rounds)`,
  );
}

interface Comparison {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly target: number;
}
