import { pinnedVersion } from './pinned-version.ts';

/**
 * Everything the resolver must know about one server. A new server is one more entry. Several may come from one Go module:
 * what they share is compiled once, because Go keeps compiled packages.
 */
export interface ServerSpec {
  /** File name of the program; also the name of its folder in the cache. */
  readonly binary: string;
  /** Folder of the Go module that pins it, relative to this package. */
  readonly moduleDir: URL;
  /** Module whose version in `go.mod` is the version of the server. */
  readonly goModule: string;
  /** Package with the `main` function. */
  readonly goPackage: string;
  /** Build tags: parts that are left out because they would need C libraries. */
  readonly goTags?: readonly string[];
  /** Go variable that holds the version a release build would carry, where the source has none. */
  readonly versionVariable?: string;
  /** Environment variable with the address of a server that already runs: then none is started. */
  readonly addressVariable?: string;
  /** Environment variable with the path of a binary to use, whatever its version. */
  readonly pathVariable: string;
  readonly versionArguments: readonly string[];
  /** True when a binary found on PATH is recent enough for us. */
  accepts(version: string): boolean;
  /** Pinned image, for machines with a container runtime and without Go. */
  readonly image?: string;
  /** How long the first build takes, for the person who waits. Measured on two cores with empty caches. */
  readonly firstBuild: string;
}

/** The version we build, read from the `go.mod` that pins it, such as `2.15.2`. */
export const versionOf = (server: ServerSpec): string => pinnedVersion(server.moduleDir, server.goModule);
