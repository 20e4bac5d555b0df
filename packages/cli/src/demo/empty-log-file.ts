import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitLine } from './await-line.ts';
import type { Scene } from './cast.ts';

/** How often the file is emptied, in milliseconds: before it can grow again to where its readers stand. */
const EVERY_MS = 20;

/**
 * Empties the log file of the evaluation's container on the node from its 17th test on, as a wrong log rotation does. The runtime writes
 * on, the API says nothing, and every reader sees the same clean end.
 */
export async function emptyLogFile(scene: Scene, podLogs: string): Promise<void> {
  if ((await awaitLine(scene, /^ok 17 .*(\n {2}.*)*\n# .*\n/m)) === undefined) return;
  const folder = (await readdir(podLogs)).find((name) => name.includes(scene.id));
  if (folder === undefined) return;
  scene.say('cut-log: somebody empties its log file on the node');
  const file = join(podLogs, folder, 'main', '0.log');
  while (!scene.signal.aborted) {
    await truncate(file).catch(() => undefined);
    await sleep(EVERY_MS, undefined, { signal: scene.signal }).catch(() => undefined);
  }
}
