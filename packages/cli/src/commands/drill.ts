import { createClient } from '@lacuna/client';
import { nearest } from '@lacuna/contracts';
import { progressPrinter } from '@lacuna/servers';
import { createLogger, runProcess, type Lifecycle } from '@lacuna/service-kit';
import type { Command } from 'commander';
import { table } from '../demo/programme.ts';
import { DRILLS } from '../drill/catalog.ts';
import type { Drill, DrillOutcome, Place } from '../drill/drill.ts';
import { openScene } from '../drill/open-scene.ts';
import { runDrill } from '../drill/run-drill.ts';
import type { Scene } from '../drill/scene.ts';
import type { GlobalOptions } from '../global-options.ts';
import { usageError } from '../usage-error.ts';
import { withExamples } from '../with-examples.ts';

interface DrillOptions extends GlobalOptions {
  readonly list?: boolean;
}

const STOP_MS = 20_000;

/** `lacuna drill`. */
export function drillCommand(command: Command): void {
  command
    .argument('[fault...]', 'faults to make, one after the other; see --list')
    .option('--list', 'say which faults there are, and where each can be made')
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
  if (options.list === true) return void process.stdout.write(json ? `${JSON.stringify(LISTED)}\n` : `${listed()}\n`);
  if (faults.length === 0) throw usageError(`name a fault: ${DRILLS.map(({ fault }) => fault).join(', ')}`);
  const ownPlatform = self.getOptionValueSourceWithGlobals('url') === 'default';
  const drills = faults.map((fault) => drillOf(fault, ownPlatform ? 'process' : 'url'));
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const log = createLogger({ service: 'lacuna', level: 'silent' });
  await runProcess({
    log,
    stopMs: STOP_MS,
    start: async (life) => {
      try {
        const scene = ownPlatform
          ? await openScene(life, { env: process.env, say, onProgress: progressPrinter(process.stderr) })
          : sceneAt(options, life, say);
        await runAll(drills, scene, json, say);
        void life.stop('the drills are over');
      } catch (error) {
        if (!life.signal.aborted) process.stderr.write(`lacuna drill: ${(error as Error).message}\n`);
        throw error;
      }
    },
  });
}

async function runAll(
  drills: readonly Drill[],
  scene: Scene,
  json: boolean,
  say: (line: string) => void,
): Promise<void> {
  const outcomes: DrillOutcome[] = [];
  for (const one of drills) {
    say(`\n── ${one.fault}: ${one.makes}`);
    const outcome = await runDrill(one, scene);
    outcomes.push(outcome);
    say(report(outcome));
  }
  if (json) process.stdout.write(`${JSON.stringify({ drills: outcomes })}\n`);
  const failed = outcomes.filter(({ passed }) => !passed);
  if (failed.length > 0) throw new Error(`not as it must be: ${failed.map(({ fault }) => fault).join(', ')}`);
}

function sceneAt({ url, token }: DrillOptions, life: Lifecycle, say: (line: string) => void): Scene {
  return { client: createClient({ url, token: token || undefined }), jaegerUrl: undefined, signal: life.signal, say };
}

function drillOf(name: string, place: Place): Drill {
  const found = DRILLS.find(({ fault }) => fault === name);
  if (found === undefined) {
    const names = DRILLS.map(({ fault }) => fault);
    const guess = nearest(name, names);
    throw usageError(
      `there is no fault "${name}"${guess === undefined ? '' : `; did you mean "${guess}"?`} (${names.join(', ')})`,
    );
  }
  const why = found.notOn[place];
  if (why !== undefined) throw usageError(`${name} is not possible here: ${why}`);
  return found;
}

const PLACES: readonly (readonly [Place, string])[] = [
  ['process', 'embedded'],
  ['url', '--url'],
];

const LISTED = DRILLS.map(({ fault, makes, notOn, cause }) => ({ fault, makes, cause: cause ?? null, notOn }));

function listed(): string {
  const rows = DRILLS.map(({ fault, makes, notOn }) => [
    fault,
    ...PLACES.map(([place]) => (notOn[place] === undefined ? 'yes' : 'no')),
    makes,
  ]);
  const reasons = DRILLS.flatMap(({ fault, notOn }) =>
    PLACES.flatMap(([place, name]) => (notOn[place] === undefined ? [] : [`${fault} not on ${name}: ${notOn[place]}`])),
  );
  return [table([['FAULT', ...PLACES.map(([, name]) => name.toUpperCase()), 'MAKES'], ...rows]), '', ...reasons].join(
    '\n',
  );
}

function report({ passed, verdict, brokenSpans, alerts, cause, trace, problems, unseen }: DrillOutcome): string {
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
