import type { TapResult } from './tap-line.ts';

interface Level {
  plan?: number;
  /** A plan behind its results; more results void it. */
  trailing: boolean;
  results: number;
  failures: number;
}

const MAX_OPEN = 64;

/**
 * Holds every level of a TAP stream against its plan. Subtests stand before their result when they are only indented, and
 * behind it when they are in braces.
 */
export class TapPlans {
  readonly #levels: Level[] = [newLevel()];
  readonly #open: TapResult[] = [];
  #contradicted = false;
  #groups = 0;

  /** What a result is: a test, the sum of its subtests (`group`), or not the next one and thus printed by a test. */
  result(line: TapResult, isAnnounced: boolean): 'test' | 'group' | 'broken group' | 'printed' {
    const level = this.#levelAt(line.depth);
    if (line.number !== undefined && line.number !== level.results + 1 && !isAnnounced) return 'printed';
    if (level.trailing) delete level.plan;
    level.trailing = false;
    const children = this.#leave(line.depth);
    level.results += 1;
    if (line.outcome === 'failed') level.failures += 1;
    if (line.opens) return this.#opened(line);
    if (children === undefined) return 'test';
    this.#groups += 1;
    return line.outcome === 'failed' && children.failures === 0 ? 'broken group' : 'group';
  }

  plan(depth: number, count: number): void {
    const level = this.#levelAt(depth);
    if (level.results === count || (level.results === 0 && level.plan === undefined)) level.plan = count;
    level.trailing = level.results > 0 && level.plan === count;
  }

  /** A closing brace; answers the group when it failed and none of its subtests did. */
  close(depth: number): TapResult | undefined {
    if (this.#open.at(-1)?.depth !== depth) return undefined;
    const group = this.#open.pop();
    const children = this.#leave(depth);
    return group?.outcome === 'failed' && (children?.failures ?? 0) === 0 ? group : undefined;
  }

  /** How many tests the plan announced, while no subtests have been seen. */
  get announced(): number | undefined {
    return this.#groups === 0 && this.#levels.length === 1 ? this.#levels[0]?.plan : undefined;
  }

  get state(): 'missing' | 'agrees' | 'disagrees' {
    const { plan, results = 0 } = this.#levels[0] ?? {};
    if (plan === undefined || results < plan || this.#levels.length > 1 || this.#open.length > 0) return 'missing';
    return this.#contradicted || results > plan ? 'disagrees' : 'agrees';
  }

  #opened(line: TapResult): 'group' {
    this.#groups += 1;
    if (this.#open.length < MAX_OPEN) this.#open.push(line);
    else this.#contradicted = true;
    return 'group';
  }

  #levelAt(depth: number): Level {
    while (this.#levels.length <= depth) this.#levels.push(newLevel());
    return this.#levels[depth] ?? newLevel();
  }

  /** Ends all levels below `depth`; answers the one right below if it had results. */
  #leave(depth: number): Level | undefined {
    const below = this.#levels.splice(depth + 1);
    if (below.some((level) => level.plan !== level.results)) this.#contradicted = true;
    const children = below[0];
    return children !== undefined && children.results > 0 ? children : undefined;
  }
}

function newLevel(): Level {
  return { trailing: false, results: 0, failures: 0 };
}
