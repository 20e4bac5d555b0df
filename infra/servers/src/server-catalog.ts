import { pinnedVersion } from './pinned-version.ts';
import { atLeast } from './semantic-version.ts';

/** Everything the resolver must know about one server. A new server is one more entry and one more Go module beside it. */
export interface ServerSpec {
  /** File name of the program; also the name of its folder in the cache. */
  readonly binary: string;
  /** Folder of the Go module that pins it, relative to this package. */
  readonly moduleDir: URL;
  /** Module whose version in `go.mod` is the version of the server. */
  readonly goModule: string;
  /** Package with the `main` function. */
  readonly goPackage: string;
  /** Go variable that holds the version a release build would carry, where the source has none. */
  readonly versionVariable?: string;
  /** Environment variable with the address of a server that already runs: then none is started. */
  readonly addressVariable: string;
  /** Environment variable with the path of a binary to use, whatever its version. */
  readonly pathVariable: string;
  readonly versionArguments: readonly string[];
  /** True when a binary found on PATH is recent enough for us. */
  accepts(version: string): boolean;
  /** Pinned image, for machines with a container runtime and without Go. */
  readonly image: string;
  /** How long the first build takes, for the person who waits. Measured on two cores with empty caches. */
  readonly firstBuild: string;
}

const nats: ServerSpec = {
  binary: 'nats-server',
  moduleDir: new URL('../nats/', import.meta.url),
  goModule: 'github.com/nats-io/nats-server/v2',
  goPackage: 'github.com/nats-io/nats-server/v2',
  addressVariable: 'LACUNA_NATS_URL',
  pathVariable: 'LACUNA_NATS_SERVER',
  versionArguments: ['--version'],
  // 2.12 brought scheduled messages and strict JetStream requests; before that, provisioning would differ in silence.
  accepts: (version) => atLeast(version, '2.12.0') && !atLeast(version, '3.0.0'),
  image: 'docker.io/library/nats:2.15.2',
  firstBuild: 'about half a minute',
};

const jaeger: ServerSpec = {
  binary: 'jaeger',
  moduleDir: new URL('../jaeger/', import.meta.url),
  goModule: 'github.com/jaegertracing/jaeger',
  goPackage: 'github.com/jaegertracing/jaeger/cmd/jaeger',
  versionVariable: 'github.com/jaegertracing/jaeger/internal/version.latestVersion',
  addressVariable: 'LACUNA_JAEGER_URL',
  pathVariable: 'LACUNA_JAEGER_SERVER',
  versionArguments: ['version'],
  // Jaeger 2.13 carries the tag v1.76.0 as well, and only that one exists as a Go module. Earlier 1.x is another program.
  accepts: (version) => version === '1.76.0' || (atLeast(version, '2.13.0') && !atLeast(version, '3.0.0')),
  image: 'docker.io/jaegertracing/jaeger:2.13.0',
  firstBuild: 'about four minutes',
};

export const SERVERS = { nats, jaeger } as const;

export type ServerName = keyof typeof SERVERS;

/** The version we build, read from the `go.mod` that pins it, such as `2.15.2`. */
export const versionOf = (server: ServerSpec): string => pinnedVersion(server.moduleDir, server.goModule);
