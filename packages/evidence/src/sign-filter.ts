import type { Format } from './line-reader.ts';

/** Tells nearly every line that no format recognises by two of its characters, and without making a string of it. */
export class SignFilter {
  readonly #first: Uint8Array;
  readonly #last: Uint8Array;

  constructor(formats: readonly Format[]) {
    this.#first = tableOf(formats.map(({ signs }) => signs.first));
    this.#last = tableOf(formats.map(({ signs }) => signs.last ?? ''));
  }

  /** Whether a format may recognise the line from `from` to `to` in a text. */
  mayBeSign(text: string, from: number, to: number): boolean {
    if (from === to) return false;
    const first = text.charCodeAt(from);
    return first > LAST_ASCII || this.#first[first] === 1 || this.#last[text.charCodeAt(to - 1)] === 1;
  }
}

const LAST_ASCII = 0x7f;

function tableOf(characters: readonly string[]): Uint8Array {
  const table = new Uint8Array(LAST_ASCII + 1);
  for (const character of characters.join('')) table[character.charCodeAt(0)] = 1;
  return table;
}
