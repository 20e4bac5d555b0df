/** The files of one container's log, by name, the oldest first. */
export interface LogFiles {
  /** Full ones, which nobody writes any more. */
  readonly rotated: readonly string[];
  readonly current: string;
}

const CURRENT = '0.log';
const ROTATED = /^0\.log\.\d{8}-\d{6}(?:\.gz)?$/;
const PACKED = '.gz';
const LINK = /<a href="([^"/?]+)">/g;
/** The log of a container that was started anew in its pod, which ours never are. */
const ANOTHER = /^[1-9]\d*\.log/;

/**
 * The files in a folder of logs, out of the page that Go's file server makes of it. Undefined when they are not the log of one container alone.
 * A kubelet names a rotated file by its time, and packs it when the next one is rotated; while it does, both may be there. Source:
 * `container_log_manager.go`, Kubernetes 1.34.
 */
export function logFilesIn(page: string): LogFiles | undefined {
  const names = [...page.matchAll(LINK)].map(([, name = '']) => name);
  if (!names.includes(CURRENT) || names.some((name) => ANOTHER.test(name))) return undefined;
  const rotated = names.filter((name) => ROTATED.test(name) && !names.includes(unpackedName(name) ?? ''));
  return { rotated: rotated.sort(), current: CURRENT };
}

/** The name that a packed file had before; undefined for one that is not packed. */
export function unpackedName(name: string): string | undefined {
  return name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : undefined;
}

/** Whether no file was rotated between two looks; packing one changes nothing. */
export function isSameLog(one: LogFiles, other: LogFiles): boolean {
  const plain = ({ rotated }: LogFiles): string => rotated.map((name) => unpackedName(name) ?? name).join('\n');
  return plain(one) === plain(other);
}

/** As which it is found when it is packed meanwhile. */
export function packedName(name: string): string {
  return `${name}${PACKED}`;
}
