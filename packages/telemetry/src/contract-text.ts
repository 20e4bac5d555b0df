/** 4 KiB: Jaeger's badger store indexes every value and loses the whole span, after answering 200, when one is over 64 KB. */
const MAX_TEXT_BYTES = 4_096;
/** A list is one value to Jaeger; half of what it can take leaves room for its JSON escapes. */
const MAX_LIST_BYTES = 32 * 1_024;

/** Text that every trace store takes: lone surrogates replaced, at most 4 KiB of UTF-8, `…` where it was cut. */
export function contractText(text: string): string {
  const wellFormed = text.toWellFormed();
  // Three bytes are the most that one UTF-16 unit takes, so most texts need no counting.
  if (wellFormed.length * 3 <= MAX_TEXT_BYTES || Buffer.byteLength(wellFormed) <= MAX_TEXT_BYTES) return wellFormed;
  return `${cutUtf8(wellFormed, MAX_TEXT_BYTES - 3)}…`;
}

/** A list of such texts, as many as fit in 32 KiB; the last item then says how many were left out. */
export function contractList(items: readonly string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = contractText(item);
    bytes += Buffer.byteLength(text);
    if (bytes > MAX_LIST_BYTES) return [...kept, `… ${items.length - kept.length} more`];
    kept.push(text);
  }
  return kept;
}

function cutUtf8(text: string, bytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}
