import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '@lacuna/contracts';
import { progressPrinter } from '@lacuna/servers';
import { createLogger, logFile, runProcess, type Lifecycle } from '@lacuna/service-kit';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { clusterKind } from '../cluster-kind.ts';
import { openPlatform, type Platform, type PlatformOptions } from '../platform/open-platform.ts';
import { refuseUnused } from '../refuse-unused.ts';
import { warnOfWaiting } from '../warn-of-waiting.ts';
import { unlessFull } from '../unless-full.ts';
import { usageError } from '../usage-error.ts';
import { withExamples } from '../with-examples.ts';

interface UpOptions {
  readonly port: number;
  readonly data: string;
  readonly cluster: string;
  readonly kubeconfig?: string;
  readonly nats?: string;
  readonly otlp?: string;
  readonly jaeger?: string;
  readonly allowFaults?: boolean;
}

/** Below Kubernetes' default grace of 30 s, above the 10 s that a drain may take. */
const STOP_MS = 15_000;

/** `lacuna up`: all services in one process, until Ctrl-C. */
export function upCommand(command: Command): void {
  command
    .addOption(
      new Option('--port <port>', 'port of the page and the API on 127.0.0.1')
        .argParser(unlessEmpty(portNumber, 4280))
        .default(4280)
        .env('LACUNA_PORT'),
    )
    .addOption(
      new Option('--data <dir>', 'folder for everything that is kept')
        .argParser(unlessEmpty((text) => text, '.lacuna'))
        .default('.lacuna')
        .env('LACUNA_DATA_DIR'),
    )
    .addOption(
      new Option('--cluster <kind>', 'what runs the evaluations: process or kubernetes')
        .argParser(unlessEmpty(clusterKind, 'process'))
        .default('process')
        .env('LACUNA_CLUSTER'),
    )
    .option('--kubeconfig <file>', 'which Kubernetes (LACUNA_KUBECONFIG); as kubectl finds it by default')
    .option('--nats <url>', 'a NATS server to use instead of a local one (LACUNA_NATS_URL)')
    .addOption(
      new Option('--otlp <url>', 'an OTLP/HTTP receiver to use instead of a local Jaeger').env('LACUNA_OTLP_URL'),
    )
    .addOption(
      new Option('--jaeger <url>', "the query API of that receiver's Jaeger, for reading back and for links").env(
        'LACUNA_JAEGER_URL',
      ),
    )
    .option('--allow-faults', 'let the label lacuna.fault make the embedded cluster fail on purpose')
    .action((options: UpOptions, self: Command) => {
      refuseUseless(options, self);
      return up(options, self.optsWithGlobals<{ json?: boolean }>().json === true);
    });
  withExamples(command, { 'lacuna up --port 4281 --data /tmp/second': 'a second one beside the first' });
}

function refuseUseless({ cluster, otlp }: UpOptions, command: Command): void {
  if (cluster === 'process') refuseUnused(command, ['kubeconfig'], 'is for --cluster kubernetes; give both');
  else refuseUnused(command, ['allowFaults'], 'is for the embedded cluster; on Kubernetes faults are real');
  if (!otlp) refuseUnused(command, ['jaeger'], 'is the Jaeger of the receiver that --otlp names; give both');
}

async function up(given: UpOptions, json: boolean): Promise<void> {
  const { port, data, nats, otlp, jaeger } = given;
  assertUsable(data);
  const log = createLogger({ service: 'lacuna', level: 'info', destination: logFile(join(data, 'lacuna.log')) });
  const options: PlatformOptions = {
    port,
    dataDir: data,
    ...defined({ natsUrl: nats }),
    ...(otlp ? { otlpUrl: otlp } : {}),
    ...(jaeger ? { jaegerUrl: jaeger } : {}),
    env: { ...process.env, ...clusterSettings(given) },
    onProgress: progressPrinter(unlessFull(process.stderr)),
  };
  await runProcess({ log, stopMs: STOP_MS, start: (life) => start(life, options, json) });
}

/** The choice of the cluster as settings of the services. */
function clusterSettings({ cluster, kubeconfig, allowFaults = false }: UpOptions): Record<string, string> {
  return {
    LACUNA_CLUSTER: cluster,
    ...defined({ LACUNA_KUBECONFIG: kubeconfig }),
    ...(allowFaults ? { LACUNA_ALLOW_FAULTS: 'true' } : {}),
  };
}

async function start(life: Lifecycle, options: PlatformOptions, json: boolean): Promise<void> {
  try {
    // Its own server is there before anybody asks for it.
    using _ = options.natsUrl === undefined ? undefined : warnOfWaiting([options.natsUrl]);
    const platform = await openPlatform(life, options);
    process.stdout.write(json ? `${JSON.stringify(addresses(platform))}\n` : welcome(platform));
    void life.ended.then((end) => {
      if (end.kind === 'failed') process.stderr.write(`lacuna up: it had to end: ${end.error.message}\n`);
    });
  } catch (error) {
    process.stderr.write(`lacuna up: ${describe(error as NodeJS.ErrnoException, options.port)}\n`);
    throw error;
  }
}

/** Throws when nothing can be kept in the folder. */
function assertUsable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usageError(`nothing can be kept in ${folder} (${(error as Error).message}); name another folder with --data`);
  }
}

function describe({ code, message }: NodeJS.ErrnoException, port: number): string {
  if (code !== 'EADDRINUSE') return message;
  return `port ${port} is in use, perhaps by another lacuna up; stop that one, or choose another port with --port`;
}

function addresses({ http, nats, traces }: Platform): { http: string; nats: string; jaeger: string | null } {
  return { http, nats, jaeger: 'unavailable' in traces ? null : traces.jaegerUrl || null };
}

function welcome({ http, nats, traces, logFile: log }: Platform): string {
  const jaeger =
    'unavailable' in traces
      ? `none, so traces wait in the stream: ${traces.unavailable.split('\n')[0]}`
      : traces.jaegerUrl + pagesOf(traces.traceUrl) || `not named; traces go to ${traces.otlpUrl}`;
  return `Lacuna is up. Ctrl-C drains and stops.

  page and API  ${http}
  NATS          ${nats}
  Jaeger        ${jaeger}
  log           ${log}

  try: npx lacuna submit --wait -- echo hello
`;
}

function pagesOf(traceUrl: string | undefined): string {
  return traceUrl === undefined ? '' : ' (built here without its pages: links lead to its API)';
}

/** An empty variable counts as absent, as CI systems set them so. */
function unlessEmpty<T>(parse: (text: string) => T, instead: T): (text: string) => T {
  return (text) => (text === '' ? instead : parse(text));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('Give a number from 1 to 65535.');
  return port;
}
