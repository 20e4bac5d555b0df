import type { Screen } from './screen.ts';

/** Milliseconds between two drawings, for countdowns. */
const EVERY_MS = 1_000;

/** Some lines at the end of a terminal that are drawn again in place. Anything else written meanwhile goes through {@link above}. */
export class LiveBlock implements AsyncDisposable {
  readonly #screen: Screen;
  readonly #render: () => readonly string[];
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(screen: Screen, render: () => readonly string[]) {
    this.#screen = screen;
    this.#render = render;
    this.#timer = setInterval(() => this.redraw(), EVERY_MS);
    this.#timer.unref();
  }

  redraw(): void {
    void this.above(() => Promise.resolve());
  }

  /** Takes the lines away, lets something be written, and draws them again below it. One at a time. */
  above(write: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      await this.#erase();
      await write();
      await this.#draw();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
    await this.#erase();
  }

  async #draw(): Promise<void> {
    const lines = this.#render();
    const room = Math.max(1, this.#screen.height - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more`];
    this.#drawn = shown.length;
    if (shown.length > 0) await this.#screen.write(`${shown.join('\n')}\n`);
  }

  async #erase(): Promise<void> {
    if (this.#drawn > 0) await this.#screen.write(`\x1b[${this.#drawn}F\x1b[J`);
    this.#drawn = 0;
  }
}
