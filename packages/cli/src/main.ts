import { CommanderError } from 'commander';
import type { LazyCommand } from './lazy-command.ts';
import { createProgram } from './program.ts';
import { quietOnClosedPipe } from './quiet-on-closed-pipe.ts';
import { reportUsage } from './report-usage.ts';

const COMMANDS: readonly LazyCommand[] = [
  {
    name: 'up',
    summary: 'run all services in one process',
    load: async () => (await import('./commands/up.ts')).upCommand,
  },
  {
    name: 'demo',
    summary: 'show what Lacuna does, end to end',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'submit',
    summary: 'submit an evaluation and print its id',
    load: async () => (await import('./commands/submit.ts')).submitCommand,
  },
  {
    name: 'run',
    summary: 'run suites in parallel, with one trace and one table of verdicts',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'list',
    summary: 'list evaluations, newest first',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'status',
    summary: 'show the stages of an evaluation as a timeline',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'logs',
    summary: 'print the log of an evaluation, and what is proven about it',
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  {
    name: 'wait',
    summary: 'wait until evaluations have a verdict',
    load: async () => (await import('./commands/wait.ts')).waitCommand,
  },
  {
    name: 'diagnose',
    summary: 'say why evaluations wait or broke: ranked causes, with the facts for and against',
    load: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  },
  {
    name: 'drill',
    summary: 'make a fault for real, and check the broken span and the alert that it must cause',
    load: async () => (await import('./commands/drill.ts')).drillCommand,
  },
  {
    name: 'fsck',
    summary:
      'rebuild everything from the stream and compare it with the read model, the cluster, the log store and the traces',
    load: async () => (await import('./commands/fsck.ts')).fsckCommand,
  },
  {
    name: 'cancel',
    summary: 'cancel an evaluation',
    load: async () => (await import('./commands/cancel.ts')).cancelCommand,
  },
  {
    name: 'provision',
    summary: 'create the streams on a NATS server, for services that may not',
    load: async () => (await import('./commands/provision.ts')).provisionCommand,
  },
  {
    name: 'settings',
    summary: 'list the settings of the services: meaning, values, defaults',
    load: async () => (await import('./commands/settings.ts')).settingsCommand,
  },
];

/** Runs one command line; the exit code is left in `process.exitCode`, so that output still on its way is not cut off. */
async function main(args: readonly string[]): Promise<void> {
  quietOnClosedPipe(process.stdout, process.stderr);
  const program = createProgram(COMMANDS);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const json = program.opts<{ json?: boolean }>().json === true;
    if (error instanceof CommanderError) process.exitCode = reportUsage(error, { json });
    else process.exitCode = (await import('./report-error.ts')).reportError(error, { json });
  }
}

await main(process.argv.slice(2));
