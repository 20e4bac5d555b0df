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

/** One line of a comparison: both sides of the same run, a second each, and their ratio against the target. */
export function report(
  what: string,
  { ours, theirs, target }: { readonly ours: number; readonly theirs: number; readonly target: number },
): void {
  const ratio = ours / theirs;
  const verdict = ratio >= target ? 'met' : 'MISSED';
  console.log(
    `${what}: ${ours.toFixed(0)}/s against ${theirs.toFixed(0)}/s, ratio ${(100 * ratio).toFixed(0)} % (target ${100 * target} %: ${verdict})`,
  );
}
