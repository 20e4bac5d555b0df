import type { OnProgress } from './progress.ts';

/** How a binary was had: named by a variable, on PATH, built before, built now, or an image behind a launcher script. */
type ServerSource = 'variable' | 'path' | 'cache' | 'build' | 'container';

export interface FoundServer {
  readonly kind: 'found';
  /** Program to start. For a container this is a script that takes the same arguments. */
  readonly path: string;
  readonly version: string;
  readonly source: ServerSource;
}

/** Somebody else runs the server: none is to be started. */
export interface ExternalServer {
  readonly kind: 'external';
  readonly address: string;
  /** The variable that said so. */
  readonly source: string;
}

/** It can't be had here. `message` says what was tried and the ways to get one, in several lines. */
export interface UnavailableServer {
  readonly kind: 'unavailable';
  readonly message: string;
}

export interface ResolveOptions {
  /** Read for PATH, HOME, the cache folder and the `LACUNA_…` variables; passed to every program that is run. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: OnProgress;
  /** False: only what is there already counts, nothing is built and no image is pulled. */
  readonly build?: boolean;
  /** Ends a running build and rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where Go is looked for when it is not on PATH. */
  readonly goFolders?: readonly string[];
}

/** The options with every default filled in, as the steps of the resolver see them. */
export interface ResolveContext {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
  readonly goFolders: readonly string[];
}
