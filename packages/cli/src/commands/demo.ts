import { progressPrinter } from '@lacuna/servers';
import { createLogger, runProcess, type Lifecycle } from '@lacuna/service-kit';
import type { Command } from 'commander';
import { clusterKind, type ClusterKind } from '../cluster-kind.ts';
import { runDemo } from '../demo/run-demo.ts';
import { withExamples } from '../with-examples.ts';

const STOP_MS = 15_000;

interface DemoOptions {
  readonly cluster: ClusterKind;
  readonly keep?: boolean;
}

/** `lacuna demo`: the seed's story, end to end, checking its own expectations. */
export function demoCommand(command: Command): void {
  command
    .option(
      '--cluster <kind>',
      'where to play it: process, or kubernetes = a real control plane and node',
      clusterKind,
      'process',
    )
    .option('--keep', 'leave its platform up until Ctrl-C, to look at the page and the traces')
    .action((options: DemoOptions, self: Command) =>
      demo(options, self.optsWithGlobals<{ json?: boolean }>().json === true),
    );
  withExamples(command, {
    'lacuna demo': 'two suites in parallel, and every way in which such a story goes wrong',
    'lacuna demo --keep': 'the same, and its page and traces stay until Ctrl-C',
    'sudo lacuna demo --cluster kubernetes': 'the same, with a real quota, a real OOM and a real node; needs root',
  });
}

async function demo(options: DemoOptions, json: boolean): Promise<void> {
  const log = createLogger({ service: 'lacuna', level: 'silent' });
  await runProcess({ log, stopMs: STOP_MS, start: (life) => play(life, options, json) });
}

async function play(life: Lifecycle, { cluster, keep = false }: DemoOptions, json: boolean): Promise<void> {
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  try {
    const { seen, problems } = await runDemo(life, {
      cluster,
      showsTraces: keep,
      env: process.env,
      say,
      onProgress: progressPrinter(process.stderr),
    });
    if (json)
      process.stdout.write(
        `${JSON.stringify({ problems, evaluations: seen.map(({ view, alerts, trace }) => ({ ...view, alerts, errorSpans: trace?.errorSpans })) })}\n`,
      );
    if (problems.length > 0) throw new Error(`the demo is not as it must be:\n  ${problems.join('\n  ')}`);
    say('\nEvery verdict, broken span and alert is as the story demands.');
    // Links to what is gone help nobody: they are shown only where they can be followed.
    if (keep) return say('Its platform stays up until Ctrl-C.');
    say('Its platform is gone; with --keep it stays, for a look at the page and the traces.');
    void life.stop('the demo is over');
  } catch (error) {
    if (!life.signal.aborted) process.stderr.write(`lacuna demo: ${(error as Error).message}\n`);
    throw error;
  }
}
