import { createClient, type Client } from '@lacuna/client';
import type { Command } from 'commander';
import { DEFAULT_URL, type GlobalOptions } from './global-options.ts';
import { Screen } from './screen.ts';

/** What a command works with: the server, its two outputs, and whether it speaks to a program. */
export interface Invocation {
  readonly client: Client;
  readonly out: Screen;
  readonly err: Screen;
  readonly json: boolean;
  /** Progress is for eyes only: it goes to stderr, and only when that is a terminal. */
  readonly progress: boolean;
}

/** The invocation that the global options describe. An empty variable counts as absent, as CI systems set them so. */
export function invocationOf(command: Command): Invocation {
  const { json = false, url, token, color } = command.optsWithGlobals<GlobalOptions>();
  const err = new Screen(process.stderr, { color });
  return {
    client: createClient({ url: url || DEFAULT_URL, token: token || undefined }),
    out: new Screen(process.stdout, { color }),
    err,
    json,
    progress: err.isTerminal && !json,
  };
}
