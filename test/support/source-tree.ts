import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of the repository, with its path relative to the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of all packages, such as `packages/contracts`. */
export const PACKAGES: readonly string[] = [
  ...['packages', 'services'].flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`)),
  'infra/images',
  'infra/seal',
  'infra/servers',
];

/** TypeScript files below the folders of this name in every package, such as `src`. */
export const filesBelow = (...folders: readonly string[]): SourceFile[] =>
  PACKAGES.flatMap((home) => folders.flatMap((folder) => typescriptFiles(`${home}/${folder}`)));

/** All code of the repository that may import or be imported, tests and the scripts that set it up too; no fixture, which is data. */
export const everySource = (): SourceFile[] =>
  ['packages', 'services', 'infra', 'test'].flatMap((folder) =>
    sourceFiles(folder, /^(?!.*\/(?:node_modules|fixtures)\/).*\.(?:ts|m?js)$/),
  );

export const typescriptFiles = (folder: string): SourceFile[] => sourceFiles(folder, /^(?!.*\/node_modules\/).*\.ts$/);

const sourceFiles = (folder: string, wanted: RegExp): SourceFile[] =>
  listing(folder)
    .filter((path) => wanted.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** Statements, not text: programs in other languages stand in our strings. */
const IMPORTS = [
  /^(?:import|export)\b[^;'"`]*?\bfrom\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
];

/** Every module a file imports or re-exports, by the name it uses. */
export const importsOf = ({ text }: SourceFile): string[] =>
  IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, module]) => module ?? ''));

export const packageJsonOf = (home: string): Record<string, Record<string, string> | undefined> =>
  JSON.parse(readFileSync(join(ROOT, home, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;

function listing(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`);
  } catch {
    return [];
  }
}
