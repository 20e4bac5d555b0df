import { parseArgs } from 'node:util';
import { progressPrinter } from './progress.ts';
import { resolveServer } from './resolve-server.ts';
import { SERVERS } from './server-catalog.ts';
import type { ServerName } from './server-catalog.ts';

const USAGE = `usage: npx node infra/servers/src/cli.ts ensure NAME… [--optional NAME]…
Makes sure that each server can be started; NAME is one of ${Object.keys(SERVERS).join(', ')}.
Exit code 1 when one that is not optional can't be had.`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { optional: { type: 'string', multiple: true, default: [] } },
  });
  const [command, ...required] = positionals;
  const wanted = [...required, ...values.optional];
  if (command !== 'ensure' || wanted.length === 0 || !wanted.every(isServerName)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const results = [];
  for (const name of wanted) results.push({ name, ready: await ensure(name, required.includes(name)) });
  return results.some(({ name, ready }) => !ready && required.includes(name)) ? 1 : 0;
}

const isServerName = (name: string): name is ServerName => Object.hasOwn(SERVERS, name);

/** Silent when the server was there already. */
async function ensure(name: ServerName, required: boolean): Promise<boolean> {
  const server = await resolveServer(name, { onProgress: progressPrinter(process.stderr) });
  if (server.kind !== 'unavailable') return true;
  process.stderr.write(`${server.message}\n`);
  if (!required) process.stderr.write(`Going on without ${name}.\n`);
  return false;
}

process.exitCode = await main(process.argv.slice(2));
