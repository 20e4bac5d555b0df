import type { Architecture } from '@lacuna/seal';
import { lacunaLayers, SEAL_DIR } from './lacuna-layers.ts';
import { natsLayers } from './nats-layers.ts';
import { sealLayers } from './seal-layers.ts';
import type { LayerFolder } from './layer.ts';

/** What an image is made of, and how it is run. */
export interface ImageRecipe {
  /** Of the image, unless another is wished. */
  readonly name: string;
  readonly command: readonly string[];
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** The kinds of processor that it is for; that of this machine by default, where what is in it is built for none other. */
  readonly architectures?: readonly Architecture[];
  /** Fills a folder for each layer, below `scratch`; the layer that changes least comes first. */
  readonly layers: (scratch: string, architecture: Architecture) => Promise<readonly LayerFolder[]>;
}

export const IMAGES = {
  /** All services and the command line. */
  lacuna: {
    name: 'localhost/lacuna:0.1.0',
    command: ['node', 'packages/cli/bin/lacuna.mjs', '--help'],
    workdir: '/app',
    env: { NODE_ENV: 'production', LACUNA_SEAL_DIR: SEAL_DIR },
    layers: lacunaLayers,
  },
  /** The helper alone, for pods that get it by an image. */
  seal: {
    name: 'localhost/lacuna-seal:0.1.0',
    command: ['/seal'],
    workdir: '/',
    env: {},
    architectures: ['amd64', 'arm64'],
    layers: sealLayers,
  },
  /** nats-server as it is built here, for whoever does not take the official image. */
  nats: {
    name: 'localhost/nats:2.15.2',
    command: ['nats-server'],
    workdir: '/',
    env: {},
    layers: natsLayers,
  },
} as const satisfies Record<string, ImageRecipe>;

export type ImageName = keyof typeof IMAGES;
