import type { Format } from './line-reader.ts';

/** Tells nearly every line that no format recognises by its first characters and its last one, and without making a string of it. */
export class SignFilter {
  /** By the first character. */
  readonly #beginnings: readonly (readonly string[])[];
  readonly #ends: Uint8Array;

  constructor(formats: readonly Format[]) {
    const beginnings = formats.flatMap(({ signs }) => signs.beginnings);
    this.#beginnings = Array.from({ length: LAST_ASCII + 1 }, (_, code) =>
      beginnings.filter((beginning) => beginning.charCodeAt(0) === code),
    );
    this.#ends = new Uint8Array(LAST_ASCII + 1);
    for (const { signs } of formats) if (signs.end !== undefined) this.#ends[signs.end.charCodeAt(0)] = 1;
  }

  /** Whether a format may recognise the line from `from` to `to` in a text. */
  mayBeSign(text: string, from: number, to: number): boolean {
    if (from === to) return false;
    const beginnings = this.#beginnings[text.charCodeAt(from)];
    return (
      beginnings === undefined || this.#ends[text.charCodeAt(to - 1)] === 1 || beginsWithOne(text, from, beginnings)
    );
  }
}

const LAST_ASCII = 0x7f;

function beginsWithOne(text: string, from: number, beginnings: readonly string[]): boolean {
  for (const beginning of beginnings) if (text.startsWith(beginning, from)) return true;
  return false;
}
