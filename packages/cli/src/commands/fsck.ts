import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ArchiveConfigSchema,
  BaseConfigSchema,
  ClusterConfigSchema,
  openCluster,
  parseConfig,
} from '@lacuna/service-kit';
import { defined, formatDuration } from '@lacuna/contracts';
import { openLogArchive } from '@lacuna/log-archive';
import type { UnreadConsumer } from '@lacuna/messaging';
import type { Command } from 'commander';
import type { Difference } from '../fsck/difference.ts';
import { fsck } from '../fsck/fsck.ts';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { reachBus } from '../reach-bus.ts';
import { printable } from '../text/printable.ts';
import { warnOfSilence } from '../warn-of-silence.ts';
import { usageError } from '../usage-error.ts';
import { whileReached } from '../while-reached.ts';
import { withExamples } from '../with-examples.ts';

interface FsckOptions {
  readonly nats?: string;
  readonly jaeger?: string;
  readonly data?: string;
}

/** `lacuna fsck`. */
export function fsckCommand(command: Command): void {
  command
    .option('--nats <url>', 'the NATS server (LACUNA_NATS_URL); `lacuna up` prints it')
    .option('--jaeger <url>', "Jaeger's query API (LACUNA_JAEGER_URL); without it traces are not compared")
    .option('--data <dir>', 'folder of `lacuna up`, for its embedded cluster (LACUNA_CLUSTER_DIR is below it)')
    .action(async (options: FsckOptions) => check(invocationOf(command), options));
  withExamples(command, {
    'lacuna fsck --nats nats://127.0.0.1:4222 --jaeger http://127.0.0.1:16686':
      'exit code 0 when all stores agree with the facts, 1 when not',
    'LACUNA_CLUSTER=kubernetes lacuna fsck --json': 'every setting of the services is understood',
  });
}

async function check(invocation: Invocation, options: FsckOptions): Promise<void> {
  const env = environment(options);
  const { config, warnings } = parseConfig(BaseConfigSchema, env);
  for (const text of warnings) await invocation.err.line(text);
  const jaegerUrl = checkedUrl(env['LACUNA_JAEGER_URL'] || undefined);
  const clusterConfig = parseConfig(ClusterConfigSchema, env).config;
  if (clusterConfig.cluster === 'process') assertFolder(clusterConfig.clusterDir);
  using interruption = new Interruption();
  const { signal } = interruption;
  await using bus = await reachBus('lacuna-fsck', config, signal);
  using _ = warnOfSilence(bus);
  await using cluster = await openCluster(clusterConfig, signal);
  const archive = openLogArchive(parseConfig(ArchiveConfigSchema, env).config);
  const { client, out, err, json } = invocation;
  const stores = { archive, bus, client, cluster, jaegerUrl, now: () => Date.now() };
  const outcome = await whileReached(bus, signal, (reached) => fsck(stores, reached));
  const unchecked = [...outcome.unchecked, ...(jaegerUrl === undefined ? ['traces: no Jaeger is named'] : [])];
  process.exitCode = outcome.differences.length === 0 ? 0 : 1;
  if (json) return out.json({ ...outcome, unchecked });
  for (const text of unchecked) await err.line(`not compared: ${text}`);
  for (const consumer of outcome.unread) for (const text of unreadLines(consumer, config.natsUrl)) await err.line(text);
  for (const difference of outcome.differences) await out.line(line(difference));
  const { evaluations, logs, differences } = outcome;
  const result = differences.length === 0 ? 'no difference' : `${differences.length} differences`;
  await out.line(`${evaluations} evaluations and ${logs} logs rebuilt from the stream: ${result}`);
}

function checkedUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw usageError(`the address of Jaeger "${text}" is not a URL such as http://127.0.0.1:16686`);
}

/** Opening an embedded cluster makes its folder: one that is not there is a mistake in its name. */
function assertFolder(path: string): void {
  if (!existsSync(path))
    throw usageError(
      `there is no embedded cluster in ${path}; --data names the folder of \`lacuna up\`, and LACUNA_CLUSTER=kubernetes says that evaluations are Jobs`,
    );
}

function environment({ nats, jaeger, data }: FsckOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...defined({
      LACUNA_NATS_URL: nats,
      LACUNA_JAEGER_URL: jaeger,
      LACUNA_CLUSTER_DIR: data && join(data, 'cluster'),
    }),
  };
}

function unreadLines({ stream, consumer, behind, idleMs }: UnreadConsumer, natsUrl: readonly string[]): string[] {
  return [
    `nobody reads consumer ${consumer} of ${stream}: it is ${behind} facts behind, and was handed none for ${formatDuration(idleMs)}.`,
    '  Until it is read again, what is settled is not compacted. Start its service; or, if there is none any more:',
    `  nats --server ${natsUrl.join(',')} consumer rm --force ${stream} ${consumer}`,
  ];
}

function line({ store, evaluation, what }: Difference): string {
  return `${store.padEnd(10)}  ${evaluation ?? ''}  ${printable(what)}`;
}
