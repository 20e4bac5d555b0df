import { dirname, join } from 'node:path/posix';
import { importsOf, type SourceFile } from './source-tree.ts';

/** Files that import each other in a circle, types too: each circle once, from its first file in the alphabet round to it. */
export function importCircles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, relativeImports(file)]));
  const circles = new Set<string>();
  const left = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) return void circles.add(circle(trail.slice(seen)));
    if (left.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    left.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return [...circles];
}

function relativeImports(file: SourceFile): string[] {
  return importsOf(file)
    .filter((module) => module.startsWith('.'))
    .map((module) => join(dirname(file.path), module));
}

function circle(paths: readonly string[]): string {
  const first = paths.indexOf([...paths].sort()[0] ?? '');
  return [...paths.slice(first), ...paths.slice(0, first), paths[first]].join(' → ');
}
