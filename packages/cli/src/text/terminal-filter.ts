type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape' | 'carriage-return';

/** Characters that hide what really stands there by turning the direction of text around. */
const BIDI = /^[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]$/;
const RESET = '\x1b[0m';

/**
 * Makes a program's output safe to look at: keeps text and colours (SGR), and drops everything else by which output can steer
 * a terminal (titles, links, clipboard, cursor, screens). A lone carriage return becomes a new line, so that nothing shown is
 * overwritten. Works on a stream: sequences may be cut anywhere. For eyes only; bytes that are not UTF-8 become `�`.
 */
export class TerminalFilter {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #state: State = 'text';
  #parameters = '';
  #colored = false;

  /** The safe text of the next bytes. */
  push(bytes: Uint8Array): string {
    return this.#filter(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left at the end; colours are switched off, so that a cut log does not paint the prompt. */
  end(): string {
    const rest = this.#filter(this.#decoder.decode());
    const newline = this.#state === 'carriage-return' ? '\n' : '';
    return rest + newline + (this.#colored ? RESET : '');
  }

  #filter(text: string): string {
    let safe = '';
    for (const character of text) safe += this.#next(character);
    return safe;
  }

  #next(character: string): string {
    // A line feed ends whatever was begun: a sequence that never ends must not swallow the rest of the log.
    if (character === '\n') return this.#to('text', '\n');
    switch (this.#state) {
      case 'carriage-return':
        this.#state = 'text';
        return `\n${this.#text(character)}`;
      case 'text':
        return this.#text(character);
      case 'escape':
        return this.#escape(character);
      case 'intermediate':
        return character >= '0' ? this.#to('text') : '';
      case 'csi':
        return this.#csi(character);
      case 'string':
        if (character === '\x1b') return this.#to('string-escape');
        return character === '\x07' || character === '\x9c' ? this.#to('text') : '';
      case 'string-escape':
        return character === '\\' ? this.#to('text') : this.#escape(character);
    }
  }

  #text(character: string): string {
    if (character === '\r') return this.#to('carriage-return');
    if (character === '\x1b') return this.#to('escape');
    if (character === '\x9b') return this.#to('csi');
    if (/^[\x90\x98\x9d-\x9f]$/.test(character)) return this.#to('string');
    const isControl = character < ' ' || (character >= '\x7f' && character <= '\x9f');
    return (isControl && character !== '\t') || BIDI.test(character) ? '' : character;
  }

  /** After ESC: `[` begins a control sequence, `]PX^_` a string; anything else is one command to the terminal. */
  #escape(character: string): string {
    if (character === '[') return this.#to('csi');
    if (/^[\]PX^_]$/.test(character)) return this.#to('string');
    if (character === '\x1b') return this.#to('escape');
    return this.#to(character >= ' ' && character < '0' ? 'intermediate' : 'text');
  }

  #csi(character: string): string {
    if (character >= ' ' && character <= '?') {
      this.#parameters += character;
      return '';
    }
    const parameters = this.#parameters;
    if (character === '\x1b') return this.#to('escape');
    const isColor = character === 'm' && /^[0-9;:]*$/.test(parameters);
    this.#colored ||= isColor;
    return this.#to('text', isColor ? `\x1b[${parameters}m` : '');
  }

  #to(state: State, output = ''): string {
    this.#state = state;
    this.#parameters = '';
    return output;
  }
}
