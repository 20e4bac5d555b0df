import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairLine, type Claim } from '../src/fair-line.ts';
import { parseWeights } from '../src/parse-weights.ts';

const anyClaims = fc
  .array(
    fc.record({
      queue: fc.constantFrom('default', 'nightly', 'urgent'),
      tenant: fc.constantFrom('', 'a', 'b'),
      priority: fc.integer({ min: -2, max: 2 }),
    }),
    { maxLength: 60 },
  )
  .map((claims) => claims.map((claim, seq): Claim => ({ ...claim, seq })));

function lineOf(claims: readonly Claim[], gone: ReadonlySet<Claim> = new Set()): FairLine<Claim> {
  const line = new FairLine<Claim>((claim) => !gone.has(claim));
  for (const claim of claims) line.add(claim);
  return line;
}

/** Serves all with so many slots, each of which is free again after the others were given out: the order of service. */
function serve(line: FairLine<Claim>, slots: number): Claim[] {
  const served: Claim[] = [];
  const holding: Claim[] = [];
  for (let next = line.take(); next !== undefined; next = line.take()) {
    line.hold(next);
    served.push(next);
    holding.push(next);
    if (holding.length === slots) line.release(holding.shift()!);
  }
  return served;
}

const key = ({ queue, tenant }: Claim): string => `${queue}/${tenant}`;

describe('the line', () => {
  test('serves each claim once, whatever came in which order', () => {
    fc.assert(
      fc.property(anyClaims, fc.integer({ min: 1, max: 8 }), (claims, slots) => {
        const served = serve(lineOf(claims), slots);
        expect(new Set(served)).toEqual(new Set(claims));
        expect(served).toHaveLength(claims.length);
      }),
    );
  });

  test('serves one tenant of one queue by priority, then in the order of acceptance', () => {
    fc.assert(
      fc.property(anyClaims, fc.integer({ min: 1, max: 8 }), (claims, slots) => {
        for (const mine of Map.groupBy(serve(lineOf(claims), slots), key).values())
          expect(mine).toEqual([...mine].sort((a, b) => b.priority - a.priority || a.seq - b.seq));
      }),
    );
  });

  test('lets nobody wait while another queue is served twice as often: no queue is starved', () => {
    fc.assert(
      fc.property(anyClaims, fc.integer({ min: 1, max: 8 }), (claims, slots) => {
        const served = serve(lineOf(claims), slots);
        const left = Map.groupBy(claims, ({ queue }) => queue);
        const counts = new Map([...left.keys()].map((queue) => [queue, 0]));
        for (const { queue } of served) {
          counts.set(queue, (counts.get(queue) ?? 0) + 1);
          const hungry = [...left].filter(([name, all]) => (counts.get(name) ?? 0) < all.length);
          for (const [name] of hungry)
            expect((counts.get(queue) ?? 0) - (counts.get(name) ?? 0)).toBeLessThan(slots + 2);
        }
      }),
    );
  });

  test('delays another queue by at most one turn of each, however large the flood', () => {
    const flood = Array.from({ length: 10_000 }, (_, seq): Claim => ({ queue: 'a', tenant: '', priority: 0, seq }));
    const late: Claim = { queue: 'b', tenant: '', priority: -5, seq: 10_000 };
    expect(serve(lineOf([...flood, late]), 8).indexOf(late)).toBeLessThan(3);
  });

  test('gives the next slot to whoever holds the fewest, so that long runs of one do not shut out the other', () => {
    const line = lineOf([
      ...[1, 2, 3].map((seq): Claim => ({ queue: 'long', tenant: '', priority: 0, seq })),
      ...[4, 5, 6].map((seq): Claim => ({ queue: 'short', tenant: '', priority: 0, seq })),
    ]);
    const take = (): Claim => {
      const claim = line.take()!;
      line.hold(claim);
      return claim;
    };
    expect([take().queue, take().queue]).toEqual(['long', 'short']);
    line.release({ queue: 'short', tenant: '', priority: 0, seq: 4 });
    expect(take().queue).toBe('short');
  });

  test('told the same again, it serves in the same order: a restart changes nothing', () => {
    fc.assert(
      fc.property(anyClaims, fc.nat(60), (claims, count) => {
        const line = lineOf(claims);
        const before: Claim[] = [];
        for (let i = 0; i < Math.min(count, claims.length); i++) {
          const next = line.take()!;
          line.hold(next);
          before.push(next);
        }
        // The restarted one hears of all claims first, and then of those that have Jobs.
        const gone = new Set(before);
        const restarted = lineOf(claims, gone);
        before.forEach((claim) => restarted.hold(claim));
        expect(serve(restarted, 1_000)).toEqual(serve(line, 1_000));
      }),
    );
  });

  test('passes over what does not wait any more, and takes back what could not be served', () => {
    const claims = [1, 2, 3].map((seq): Claim => ({ queue: 'a', tenant: '', priority: 0, seq }));
    const line = lineOf(claims, new Set([claims[0]!]));
    expect([...line]).toEqual([claims[1], claims[2]]);
    expect(line.take()).toBe(claims[1]);
    line.add(claims[1]!);
    expect([...line]).toEqual([claims[1], claims[2]]);
    expect([line.take(), line.take(), line.take()]).toEqual([claims[1], claims[2], undefined]);
  });

  test('shares slots by the weights of the queues as long as they want any, and starves none', () => {
    const claims = ['ci', 'nightly', 'other'].flatMap((queue) =>
      Array.from({ length: 100 }, (_, seq) => ({ queue, tenant: '', priority: 0, seq })),
    );
    const line = new FairLine<Claim>(() => true, parseWeights('ci=3, nightly=0.5'));
    for (const claim of claims) line.add(claim);
    const served = serve(line, 9);
    const first = (count: number): Record<string, number> =>
      Object.fromEntries(
        ['ci', 'nightly', 'other'].map((queue) => [
          queue,
          served.slice(0, count).filter((one) => one.queue === queue).length,
        ]),
      );
    expect(first(9)).toEqual({ ci: 6, nightly: 1, other: 2 });
    const { ci = 0, nightly = 0, other = 0 } = first(90);
    expect(ci).toBeGreaterThan(other * 2);
    expect(other).toBeGreaterThan(nightly);
    expect(nightly).toBeGreaterThan(5);
    expect(served).toHaveLength(300);
  });
});

test.each(['ci', 'ci=', 'ci=0', '=3', 'ci=-1', 'ci=x', 'ci=1001'])(
  'a weight written %s is refused with what to write',
  (text) => {
    expect(() => parseWeights(`a=1,${text}`)).toThrow(`LACUNA_QUEUE_WEIGHTS: ${text}: write a queue and its weight`);
  },
);
