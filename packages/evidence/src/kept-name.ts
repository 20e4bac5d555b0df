/** Test names are kept up to this length, in UTF-16 units. */
const MAX_NAME = 512;

const HIGH_SURROGATE = 0xd800;

/** The part of a name that is kept, without a copy: good for look-ups. */
export function shortName(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const splitsPair = (name.charCodeAt(MAX_NAME - 1) & 0xfc00) === HIGH_SURROGATE;
  return name.slice(0, splitsPair ? MAX_NAME - 1 : MAX_NAME);
}

/** A name to keep: shortened, and a copy, because a slice would keep alive the whole block of the log that it was cut from. */
export function keptName(name: string): string {
  return Buffer.from(shortName(name), 'utf8').toString('utf8');
}
