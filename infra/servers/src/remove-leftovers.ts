import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftoverNode } from './kubernetes/real-node.ts';
import { stopLeftover } from './pid-file.ts';

/**
 * Stops every server that a killed process left on the folder, the containers of a node included, and removes the folder.
 * Rejects, and removes nothing, when the owner of one still lives.
 */
export async function removeLeftovers(folder: string, onLog: (line: string) => void): Promise<void> {
  if (!existsSync(folder)) return;
  const pidFiles = (await readdir(folder)).filter((file) => file.endsWith('.pid'));
  for (const pidFile of pidFiles) await stopLeftover(join(folder, pidFile), folder, onLog);
  await removeLeftoverNode(folder, onLog);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
