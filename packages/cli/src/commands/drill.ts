import { createClient } from '@lacuna/client';
import { defined, nearest } from '@lacuna/contracts';
import { progressPrinter } from '@lacuna/servers';
import { createLogger, runProcess, type Lifecycle } from '@lacuna/service-kit';
import { Option, type Command } from 'commander';
import { drillIn, FAULTS } from '../drill/catalog.ts';
import type { Drill, DrillOutcome, Place } from '../drill/drill.ts';
import { faultsByPlace, faultTable } from '../drill/fault-list.ts';
import { openOwnPlatform, type OwnPlatformOptions } from '../drill/open-own-platform.ts';
import { runDrill } from '../drill/run-drill.ts';
import type { DrillContext } from '../drill/drill-context.ts';
import type { GlobalOptions } from '../global-options.ts';
import { refuseUnused } from '../refuse-unused.ts';
import { usageError } from '../usage-error.ts';
import { withExamples } from '../with-examples.ts';

interface DrillOptions extends GlobalOptions {
  readonly list?: boolean;
  readonly cluster: Exclude<Place, 'url'>;
  readonly kubeconfig?: string;
  readonly image: string;
}

const STOP_MS = 20_000;

/** `lacuna drill`. */
export function drillCommand(command: Command): void {
  command
    .argument('[fault...]', 'faults to make, one after the other; see --list')
    .option('--list', 'list the faults, and where each can be made')
    .addOption(
      new Option('--cluster <kind>', 'what its own platform runs on')
        .choices(['process', 'kubernetes'])
        .default('process'),
    )
    .option('--kubeconfig <file>', 'which Kubernetes; as kubectl finds it by default')
    .option('--image <image>', 'image with a shell, for the evaluations on Kubernetes', 'busybox:1')
    .action(async (faults: string[], _: unknown, self: Command) => drill(faults, self));
  withExamples(command, {
    'lacuna drill no-pod': 'on a platform of its own, which is gone afterwards',
    'lacuna drill cut-log --url http://127.0.0.1:4280': 'on one that runs, if it was started with --allow-faults',
    'lacuna drill --list': 'all faults, and where each can be made',
  });
}

async function drill(faults: readonly string[], self: Command): Promise<void> {
  const options = self.optsWithGlobals<DrillOptions>();
  const json = options.json === true;
  if (options.list === true)
    return void process.stdout.write(json ? `${JSON.stringify(faultsByPlace())}\n` : `${faultTable()}\n`);
  if (faults.length === 0) throw usageError(`name a fault: ${FAULTS.join(', ')}`);
  const ownPlatform = opensOwnPlatform(self);
  if (options.cluster === 'process')
    refuseUnused(self, ['kubeconfig', 'image'], 'is for --cluster kubernetes; give both');
  const drills = faults.map((fault) => drillOf(fault, ownPlatform ? options.cluster : 'url'));
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const log = createLogger({ service: 'lacuna', level: 'silent' });
  await runProcess({
    log,
    stopMs: STOP_MS,
    start: async (life) => {
      try {
        const context = ownPlatform
          ? await openOwnPlatform(life, platformOptions(options, say))
          : contextAt(options, life, say);
        await runAll(drills, context, json, say);
        void life.stop('the drills are over');
      } catch (error) {
        if (!life.signal.aborted) process.stderr.write(`lacuna drill: ${(error as Error).message}\n`);
        throw error;
      }
    },
  });
}

/** An address chooses a platform that runs; the variable for it does so only when the command line does not ask for another one. */
function opensOwnPlatform(self: Command): boolean {
  const given = self.getOptionValueSourceWithGlobals('url');
  const ownOptions = ['cluster', 'kubeconfig', 'image'].filter((name) => self.getOptionValueSource(name) === 'cli');
  const [first] = ownOptions;
  if (given === 'cli' && first !== undefined)
    throw usageError(`--${first} is for a platform of its own, --url for one that runs; give one of them`);
  return given === 'default' || first !== undefined;
}

async function runAll(
  drills: readonly Drill[],
  context: DrillContext,
  json: boolean,
  say: (line: string) => void,
): Promise<void> {
  const outcomes: DrillOutcome[] = [];
  for (const one of drills) {
    say(`\n── ${one.fault}: ${one.makes}`);
    const outcome = await runDrill(one, context);
    outcomes.push(outcome);
    say(report(outcome));
  }
  if (json) process.stdout.write(`${JSON.stringify({ drills: outcomes })}\n`);
  const failed = outcomes.filter(({ passed }) => !passed);
  if (failed.length > 0) throw new Error(`not as it must be: ${failed.map(({ fault }) => fault).join(', ')}`);
}

function contextAt({ url, token }: DrillOptions, life: Lifecycle, say: (line: string) => void): DrillContext {
  return { client: createClient({ url, token: token || undefined }), jaegerUrl: undefined, signal: life.signal, say };
}

function platformOptions(
  { cluster, kubeconfig, image }: DrillOptions,
  say: (line: string) => void,
): OwnPlatformOptions {
  const basics = { env: process.env, say, onProgress: progressPrinter(process.stderr) };
  if (cluster === 'process') return basics;
  return { ...basics, kubernetes: { image, ...defined({ kubeconfig }) } };
}

function drillOf(name: string, place: Place): Drill {
  if (!FAULTS.includes(name)) {
    const guess = nearest(name, FAULTS);
    const hint = guess === undefined ? '' : `; did you mean "${guess}"?`;
    throw usageError(`there is no fault "${name}"${hint} (${FAULTS.join(', ')})`);
  }
  const found = drillIn(place, name);
  if ('why' in found) throw usageError(`${name} is not possible here: ${found.why}`);
  return found.drill;
}

function report(outcome: DrillOutcome): string {
  const { passed, evaluation, verdict, brokenSpans, alerts, cause, trace, problems, unseen } = outcome;
  // Nothing was submitted: then nothing was seen, either.
  if (evaluation === undefined) return [...problems.map((text) => `   problem       ${text}`), '   FAIL'].join('\n');
  return [
    `   verdict       ${verdict ?? 'none'}`,
    `   broken spans  ${brokenSpans.join(', ') || 'none'}`,
    ...(alerts.length > 0 ? alerts : ['none']).map((alert) => `   alert         ${alert}`),
    `   diagnosis     ${cause ?? 'nothing is wrong'}`,
    ...(trace === undefined ? [] : [`   trace         ${trace}`]),
    ...unseen.map((text) => `   not seen      ${text}`),
    ...problems.map((text) => `   problem       ${text}`),
    passed ? '   pass' : '   FAIL',
  ].join('\n');
}
