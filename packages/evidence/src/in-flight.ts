import { MAX_NAMES } from '@lacuna/contracts';
import { keptName, shortName } from './kept-name.ts';

/** More tests than this at once are not followed: a bound on memory, far above the workers of any test tool. */
const MAX_FOLLOWED = 4_096;

/** Tests that were announced and have no result yet, oldest first. */
export class InFlight {
  readonly #names = new Set<string>();

  start(name: string): void {
    if (this.#names.size < MAX_FOLLOWED) this.#names.add(keptName(name));
  }

  /** False when no such test was announced. */
  finish(name: string): boolean {
    return this.#names.delete(shortName(name));
  }

  clear(): void {
    this.#names.clear();
  }

  get size(): number {
    return this.#names.size;
  }

  /** The newest, so that the last name is the test that was started last. */
  get names(): string[] {
    return [...this.#names].slice(-MAX_NAMES);
  }
}
