import { RETRY_CAUSES } from '@lacuna/contracts';
import type { Command } from 'commander';
import { addPair, wholeNumber } from './option-values.ts';

/** Adds the options that say what an evaluation is like, for every command that submits some; see `SpecFlags`. */
export function addSpecOptions(command: Command): Command {
  return command
    .option('--image <image>', 'container image')
    .option('--timeout <duration>', 'run time of the command, such as 90s or 10m')
    .option(
      '--report <format>',
      'how to read test results: auto, none, pytest, tap, vitest, jest, go, junit:PATH, ctrf:PATH',
    )
    .option('--env <key=value>', 'environment variable; may be repeated', addPair)
    .option('--label <key=value>', 'label; may be repeated', addPair)
    .option('--workdir <path>', 'working directory')
    .option('--queue <queue>', 'queue')
    .option('--priority <n>', 'higher goes first within its tenant and queue', wholeNumber(-Infinity))
    .option(
      '--retries <n>',
      'how many times to try again; after infrastructure failures unless --retry-on says otherwise',
      wholeNumber(0),
    )
    .option('--retry-on <cause...>', `what to try again after: ${RETRY_CAUSES.join(', ')}`)
    .option('--streams <together|apart>', 'stdout and stderr as one stream in order, or as two that are kept apart')
    .option('--lossless', 'on Kubernetes: keep a second copy of the newest output');
}
