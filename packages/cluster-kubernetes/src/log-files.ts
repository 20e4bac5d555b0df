/** The file of a container's log that is being written. */
export const CURRENT_FILE = '0.log';
const ROTATED = /^0\.log\.\d{8}-\d{6}(?:\.gz)?$/;
const PACKED = '.gz';
const LINK = /<a href="([^"/?]+)">/g;
/** The log of a container that was started anew in its pod, which ours never are. */
const ANOTHER = /^[1-9]\d*\.log/;

/**
 * The full files in a folder of logs, which nobody writes any more, the oldest first, out of the page that Go's file server makes of it. Undefined when what is
 * there is not the log of one container alone. A kubelet names a rotated file by its time, and packs it when the next one is rotated; while it does, both may be
 * there. Source: `container_log_manager.go`, Kubernetes 1.34.
 */
export function rotatedFilesIn(page: string): readonly string[] | undefined {
  const names = [...page.matchAll(LINK)].map(([, name = '']) => name);
  if (!names.includes(CURRENT_FILE) || names.some((name) => ANOTHER.test(name))) return undefined;
  return names.filter((name) => ROTATED.test(name) && !names.includes(unpackedName(name) ?? '')).sort();
}

/** The name that a packed file had before; undefined for one that is not packed. */
export function unpackedName(name: string): string | undefined {
  return name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : undefined;
}

/** Whether no file was rotated between two looks; packing one changes nothing. */
export function isSameLog(one: readonly string[], other: readonly string[]): boolean {
  const plain = (rotated: readonly string[]): string => rotated.map((name) => unpackedName(name) ?? name).join('\n');
  return plain(one) === plain(other);
}

/** As which it is found when it is packed meanwhile. */
export function packedName(name: string): string {
  return `${name}${PACKED}`;
}
