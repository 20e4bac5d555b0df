import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBinary } from '@lacuna/servers';
import { baseLayer } from './base-layer.ts';
import type { LayerFolder } from './layer.ts';

/** nats-server is one static binary. */
export async function natsLayers(scratch: string): Promise<LayerFolder[]> {
  const server = await resolveBinary('nats');
  if (server.kind === 'unavailable') throw new Error(server.message);
  const folder = join(scratch, 'nats');
  await mkdir(join(folder, 'usr/local/bin'), { recursive: true });
  await copyFile(server.path, join(folder, 'usr/local/bin/nats-server'));
  return [await baseLayer(scratch), { folder, holds: `nats-server ${server.version}` }];
}
