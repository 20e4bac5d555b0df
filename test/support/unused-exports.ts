import { dirname, matchesGlob } from 'node:path/posix';
import { importedFile } from './imported-file.ts';
import { namedExports, namedImports, type NamedExport } from './named-exports.ts';
import { PACKAGES, type SourceFile } from './source-tree.ts';

/** Files, or single names in them, that are exported though nothing of the product imports them; and why. */
const KEPT: Readonly<Record<string, string>> = {
  'infra/{images,servers}/src/index.ts': 'tests and benchmarks run on these servers and images',
  'packages/cli/src/index.ts': 'the table of all settings in docs is made from it',
  'packages/cluster-kubernetes/src/kept-lines.ts keptLineOf':
    'reads what any program may have written: each such line is a case',
  'packages/cluster-kubernetes/src/kube-config-needs.ts':
    'is imported by the client library, in place of a module of its own',
  'packages/cluster-kubernetes/src/seal-config-map.ts sealConfigMap':
    'a scripted API server answers that it is there already',
  'packages/cluster-process/src/index.ts stopAgent': 'an agent outlives whoever started it, also a test',
  'packages/cluster/src/fake/index.ts': 'a fixture of the port',
  'packages/contracts/src/index.ts SPAN_CONTRACT': 'its table in ARCHITECTURE.md is made from it',
  'packages/log-archive/src/index.ts': 'log-collect is tested on each kind of store',
  'packages/log-archive/src/log-packer.ts FRAME_BYTES': 'logs are read at the edges of frames',
  'packages/messaging/src/index.ts PERMISSIONS': 'what the chart gives each user is compared with it',
};

const isTest = (path: string): boolean => /(?:^|\/)(?:test|conformance|testing)\//.test(path);

/**
 * `file: problem` for each exported name without an importer. A test is none, except of a type, by which it names what it passes; and of
 * what a file hands on from another one of its package, only another package is: within it, the file that defines a name is imported.
 */
export function unusedExports(files: readonly SourceFile[], kept: Readonly<Record<string, string>> = KEPT): string[] {
  const importers = importersByName(files);
  const unused = files.flatMap((file) =>
    namedExports(file).flatMap((exported) => {
      const key = `${file.path} ${exported.name}`;
      const problem = problemOf(file.path, exported, importers.get(key) ?? []);
      return problem === undefined ? [] : [{ path: file.path, key, problem }];
    }),
  );
  const keepers = Object.keys(kept).map((name) => ({
    name,
    keeps: unused.filter(({ path, key }) => name === key || matchesGlob(path, name)),
  }));
  return [
    ...unused
      .filter((one) => !keepers.some(({ keeps }) => keeps.includes(one)))
      .map(({ key, problem }) => `${key.replace(' ', ': ')} ${problem}`),
    ...keepers
      .filter(({ keeps }) => keeps.length === 0)
      .map(({ name }) => `KEPT: '${name}' keeps nothing any more: remove it`),
  ];
}

function problemOf(path: string, { isType, isHandedOn }: NamedExport, paths: readonly string[]): string | undefined {
  if (isHandedOn && paths.every((importer) => homeOf(importer) === homeOf(path)))
    return 'is handed on to no other package: take it out here, and import it from the file that defines it';
  if (paths.length === 0)
    return 'is imported by nobody: remove its "export", or all of it if its own file does not use it';
  if (isType || isTest(path) || !paths.every(isTest)) return undefined;
  return 'is imported by tests only: test by what the product uses, or say why it is exported in KEPT of test/support/unused-exports.ts';
}

function importersByName(files: readonly SourceFile[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const file of files)
    for (const { module, name } of namedImports(file)) {
      const imported = `${importedFile(file.path, module)} ${name}`;
      importers.set(imported, [...(importers.get(imported) ?? []), file.path]);
    }
  return importers;
}

const homeOf = (path: string): string => PACKAGES.find((home) => path.startsWith(`${home}/`)) ?? dirname(path);
