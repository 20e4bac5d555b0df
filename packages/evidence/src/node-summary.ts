const KEYS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const;

/** The figures that node:test closes with, in both its reporters. Missing ones (older Node versions) are 0. */
export type NodeFigures = Readonly<Record<(typeof KEYS)[number], number>>;

/** Reads the block `tests 25`, `suites 5`, …, `duration_ms 96.6`; it counts only whole and in this order. */
export class NodeSummary {
  #figures: Record<string, number> = {};
  #last = -1;
  #whole = false;

  /** A comment (TAP) or diagnostic (spec) without its mark. */
  line(text: string): void {
    const space = text.indexOf(' ');
    const key = KEYS.indexOf(text.slice(0, space) as (typeof KEYS)[number]);
    const figure = Number(text.slice(space + 1));
    if (key === -1 || space + 1 === text.length || !(figure >= 0)) return;
    if (key === 0) this.void();
    if (key > 0 && (this.#last === -1 || key <= this.#last)) return this.void();
    this.#figures[text.slice(0, space)] = figure;
    this.#last = key;
    if (key === KEYS.length - 1) this.#whole = true;
  }

  /** Results behind it show that a block was not the closing one. */
  void(): void {
    this.#figures = {};
    this.#last = -1;
    this.#whole = false;
  }

  get whole(): boolean {
    return this.#whole;
  }

  get figures(): NodeFigures | undefined {
    if (!this.#whole) return undefined;
    const { tests = 0, suites = 0, pass = 0, fail = 0, cancelled = 0, skipped = 0, todo = 0 } = this.#figures;
    return { tests, suites, pass, fail, cancelled, skipped, todo, duration_ms: this.#figures['duration_ms'] ?? 0 };
  }
}
