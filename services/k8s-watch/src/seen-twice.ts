/**
 * Passes on what was found in two looks in a row. The cluster and the stream are read side by side, so in one look either may be a
 * moment behind the other.
 */
export class SeenTwice {
  #before: ReadonlySet<string> = new Set();

  confirm<T extends { readonly uid: string }>(found: Iterable<T>): T[] {
    const all = [...found];
    const confirmed = all.filter(({ uid }) => this.#before.has(uid));
    this.#before = new Set(all.map(({ uid }) => uid));
    return confirmed;
  }
}
