import { usageByProcess } from './process-usage.ts';

/** What processes have used of the processors while something was done, over and over. */
export class Costs {
  readonly #bytes: number;
  readonly #rounds: ReadonlyMap<string, number>[] = [];

  /** `bytes`: that each time are dealt with. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  async of<T>(work: () => Promise<T>): Promise<T> {
    const before = await cpuMs();
    const done = await work();
    const after = await cpuMs();
    this.#rounds.push(new Map([...after].map(([name, ms]) => [name, ms - (before.get(name) ?? 0)])));
    return done;
  }

  /** Nanoseconds of CPU a byte, the median of the rounds, of each process that took a tenth of one, and of all. */
  text(): string {
    const names = new Set(this.#rounds.flatMap((round) => [...round.keys()]));
    const costs = [...names].map((name) => [name, this.#median((round) => round.get(name) ?? 0)] as const);
    const all = this.#median((round) => [...round.values()].reduce((sum, ms) => sum + ms, 0));
    return [...costs.filter(([, ns]) => ns >= 0.1), ['all', all] as const]
      .map(([name, ns]) => `${name} ${ns.toFixed(1)}`)
      .join(', ');
  }

  #median(msOf: (round: ReadonlyMap<string, number>) => number): number {
    const sorted = this.#rounds.map(msOf).sort((a, b) => a - b);
    return ((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 1e6) / this.#bytes;
  }
}

/** Of this process, which plays the kubelet, and of those that it has started. */
async function cpuMs(): Promise<Map<string, number>> {
  const { user, system } = process.cpuUsage();
  const used = new Map([['this process', (user + system) / 1_000]]);
  for (const [name, { cpuMs: ms }] of await usageByProcess()) used.set(name, ms);
  return used;
}
