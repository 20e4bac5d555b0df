import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import { installBusybox, type ImageSource } from './node-images.ts';

/**
 * An image with the Node.js that runs this process, the shared libraries that it needs, busybox, and the given files under `/app`.
 * Made of this machine's own files, so it runs where this machine's programs run.
 */
export function nodeRuntimeImage(name: string, files: readonly string[]): ImageSource {
  return {
    commands: { [name]: ['node'] },
    async makeRoot(root) {
      await installBusybox(root);
      await copyTo(process.execPath, join(root, 'bin/node'));
      for (const library of await sharedLibraries(process.execPath)) await copyTo(library, join(root, library));
      for (const file of files) await copyTo(file, join(root, 'app', basename(file)));
    },
  };
}

/** Absolute paths of what the dynamic linker would load, itself included. */
async function sharedLibraries(program: string): Promise<string[]> {
  const lines: string[] = [];
  const result = await runCommand('ldd', [program], { env: process.env, onLine: (line) => lines.push(line) });
  if (result.kind === 'failed') throw new Error(`ldd ${program} failed (${result.reason}): ${result.output}`);
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

async function copyTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, dereference: true });
}
