/** `2006-01-02T15:04:05.` of Go's `2006-01-02T15:04:05.000000000Z`, as the kubelet writes it in UTC, and the whole of it. */
const SECOND_LENGTH = 20;
const USUAL_LENGTH = 30;
const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
const SPACE = 0x20;
const ZERO = 0x30;
const Z = 0x5a;

/**
 * The latest timestamp of a log, against which the next one is held. Nearly always that is `near`: of the same second and of the usual form. Then
 * the second is compared four bytes at a time, and only its fraction is read, as a number.
 */
export class LatestStamp {
  /** The length of one that is near, without the space behind it. */
  static readonly NEAR_LENGTH = USUAL_LENGTH;
  /** The order of one that is not near. */
  static readonly FAR = Infinity;

  /** As it was remembered; its fraction may be older. */
  #text = '';
  #isUsual = false;
  readonly #second = new DataView(new ArrayBuffer(SECOND_LENGTH));
  #nanos = NaN;
  #next = NaN;

  /** Empty before the first. */
  get text(): string {
    return this.#isUsual ? `${this.#text.slice(0, SECOND_LENGTH)}${String(this.#nanos).padStart(9, '0')}Z` : this.#text;
  }

  /** The fraction of its second, in nanoseconds; NaN of other forms. */
  get nanos(): number {
    return this.#nanos;
  }

  /** More than 0 when `text` is later, 0 when it is the same. Only timestamps of one form can be compared as text. */
  order(text: string): number {
    const latest = this.text;
    if (text.length !== latest.length) return 1;
    return text === latest ? 0 : text > latest ? 1 : -1;
  }

  remember(text: string): void {
    this.#text = text;
    this.#isUsual = USUAL.test(text);
    this.#nanos = nanosOf(text);
    if (this.#isUsual) for (let i = 0; i < SECOND_LENGTH; i++) this.#second.setUint8(i, text.charCodeAt(i));
  }

  /** The order of the timestamp that begins there, with a space behind it; `FAR` when it is not near, or none. */
  orderNear(data: DataView, at: number): number {
    if (!this.#isUsual || data.byteLength - at <= USUAL_LENGTH) return LatestStamp.FAR;
    for (let i = 0; i < SECOND_LENGTH; i += 4)
      if (data.getInt32(at + i) !== this.#second.getInt32(i)) return LatestStamp.FAR;
    let nanos = 0;
    for (let i = at + SECOND_LENGTH; i < at + USUAL_LENGTH - 1; i++) {
      const digit = data.getUint8(i) - ZERO;
      if (digit < 0 || digit > 9) return LatestStamp.FAR;
      nanos = nanos * 10 + digit;
    }
    if (data.getUint8(at + USUAL_LENGTH - 1) !== Z || data.getUint8(at + USUAL_LENGTH) !== SPACE)
      return LatestStamp.FAR;
    this.#next = nanos;
    return nanos - this.#nanos;
  }

  /** Remembers the one whose order was just asked for. */
  rememberNear(): void {
    this.#nanos = this.#next;
  }
}

/** The fraction of a second that a timestamp of the usual form names, in nanoseconds; else NaN. */
export function nanosOf(stamp: string): number {
  return USUAL.test(stamp) ? Number(stamp.slice(SECOND_LENGTH, -1)) : NaN;
}
