const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A number of bytes as Kubernetes writes quantities: a whole number and one of `k M G T Ki Mi Gi Ti`, as in `100Mi`. */
export const BYTE_SIZE_PATTERN = '^[0-9]{1,15}(Ki|Mi|Gi|Ti|k|M|G|T)?$';

/** Bytes of a size such as `100Mi`; undefined when it is none, or more than can be counted exactly. */
export function parseByteSize(text: string): number | undefined {
  const match = /^([0-9]{1,15})(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(text);
  const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
