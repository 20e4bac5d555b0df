import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { DEFAULT_URL } from './global-options.ts';
import type { LazyCommand } from './lazy-command.ts';

/** The command line as a whole: global options, and the commands by name and summary; each is loaded when it is parsed. */
export function createProgram(commands: readonly LazyCommand[]): Command {
  const program = new Command('lacuna')
    .description('Runs evaluations and proves what happened to each of them.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .option('--json', 'print JSON, for programs')
    .addOption(new Option('--url <url>', 'address of the server').env('LACUNA_URL').default(DEFAULT_URL))
    .addOption(new Option('--token <token>', 'bearer token for the server').env('LACUNA_TOKEN'))
    .option('--no-color', 'print without colours')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', '\nExample:\n  $ lacuna submit --wait -- pytest -v tests/integration')
    .exitOverride()
    // Errors are printed where they are caught, in one form for people and one for programs.
    .configureOutput({ outputError: () => {} });
  const byName = new Map(commands.map((command) => [command.name, command]));
  for (const { name, summary } of commands) program.command(name).description(summary);
  program.hook('preSubcommand', async (_, command) => {
    const describe = await byName.get(command.name())?.load();
    describe?.(command);
  });
  addHelpCommand(program);
  return program;
}

/** Of our own, because commander's would show a command's help before the command is loaded. */
function addHelpCommand(program: Command): void {
  program
    .command('help')
    .argument('[command]', 'name of a command')
    .description('show the help of a command')
    .action(async (name?: string) => {
      const isKnown = program.commands.some((command) => command.name() === name);
      // Of a name that is none the parser has more to say than the help.
      const args = isKnown && name !== undefined ? [name, '--help'] : [name ?? '--help'];
      await program.parseAsync(args, { from: 'user' });
    });
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
