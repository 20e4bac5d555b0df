import { matchesGlob } from 'node:path/posix';
import { importedFile, WAYS_IN } from './imported-file.ts';
import { importsOf, type SourceFile } from './source-tree.ts';

/** Files that nobody imports, and that are neither the way into a package nor started by their name in quotes. */
export function unusedFiles(files: readonly SourceFile[]): string[] {
  const imported = new Set(files.flatMap((file) => importsOf(file).map((module) => importedFile(file.path, module))));
  const started = [...new Set(files.flatMap(quotedFiles))];
  return files
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.ts') && !/\.(?:test|bench)\.ts$/.test(path))
    .filter((path) => !imported.has(path) && !WAYS_IN.has(path))
    .filter((path) => !started.some((name) => matchesGlob(path, `**/${name}`)))
    .map((path) => `${path}: nobody imports or starts it: delete it`);
}

const quotedFiles = (file: SourceFile): string[] => {
  const modules = new Set(importsOf(file));
  return [...file.text.matchAll(/'([^'\s]+\.ts)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => !modules.has(name))
    .map((name) => name.replace(/^(?:\.{1,2}\/)+/, ''));
};
