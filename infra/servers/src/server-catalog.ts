import { CLUSTER_SERVERS } from './cluster-catalog.ts';
import { atLeast } from './semantic-version.ts';
import type { ServerSpec } from './server-spec.ts';

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
  image: 'nats:2.15.2',
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
  image: 'jaegertracing/jaeger:2.13.0',
  firstBuild: 'about four minutes',
};

/** Only tests need it: a store that checks signatures and checksums as S3 does. */
const s3: ServerSpec = {
  binary: 'versitygw',
  moduleDir: new URL('../versitygw/', import.meta.url),
  goModule: 'github.com/versity/versitygw',
  goPackage: 'github.com/versity/versitygw/cmd/versitygw',
  versionVariable: 'main.Version',
  pathVariable: 'LACUNA_S3_SERVER',
  versionArguments: ['--version'],
  accepts: (version) => atLeast(version, '1.8.0') && !atLeast(version, '2.0.0'),
  firstBuild: 'about a minute',
};

export const SERVERS = { nats, jaeger, s3, ...CLUSTER_SERVERS } as const;

export type ServerName = keyof typeof SERVERS;
