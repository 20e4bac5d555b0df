import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { progressPrinter } from '@lacuna/servers';
import { ARCHITECTURES, programOf } from './architecture.ts';
import type { Architecture } from './architecture.ts';
import { resolveSeal } from './resolve-seal.ts';

const USAGE = `usage: npx node infra/seal/src/cli.ts ensure [FOLDER]
Makes sure that the helper is built for every processor, and copies both programs into FOLDER.`;

async function main([command, folder, ...rest]: string[]): Promise<number> {
  if (command !== 'ensure' || rest.length > 0) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const seal = await resolveSeal({ onProgress: progressPrinter(process.stderr) });
  if (seal.kind === 'unavailable') {
    process.stderr.write(`${seal.message}\n`);
    return 1;
  }
  if (folder === undefined) return 0;
  await mkdir(folder, { recursive: true });
  for (const architecture of Object.keys(ARCHITECTURES) as Architecture[])
    await copyFile(seal.paths[architecture], join(folder, programOf(architecture)));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
