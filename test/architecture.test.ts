import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importCircles } from './support/import-circles.ts';
import {
  PACKAGES,
  ROOT,
  everySource,
  filesBelow,
  importsOf,
  packageJsonOf,
  typescriptFiles,
} from './support/source-tree.ts';
import type { SourceFile } from './support/source-tree.ts';
import { unusedExports } from './support/unused-exports.ts';
import { unusedFiles } from './support/unused-files.ts';

/**
 * Who may import which library. Everything a library can do reaches the rest of the code only through its owner, so that
 * replacing one is a change in one place. A library that is not listed may not be used.
 */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  nats: ['packages/messaging/**'],
  '@opentelemetry/api': ['packages/{messaging,telemetry}/**', 'services/*/**'],
  '@opentelemetry/*': ['packages/telemetry/**'],
  fastify: ['packages/service-kit/**', 'services/submit/**'],
  '@fastify/*': ['services/submit/**'],
  pino: ['packages/service-kit/**'],
  commander: ['packages/cli/**'],
  picocolors: ['packages/cli/**'],
  yaml: ['packages/cli/**'],
  typebox: ['packages/{contracts,service-kit,cluster-kubernetes}/**', 'services/*/src/config.ts'],
  '@kubernetes/client-node': ['packages/cluster-kubernetes/**'],
  aws4fetch: ['packages/log-archive/**'],
  sax: ['packages/evidence/**'],
  undici: ['packages/cluster-kubernetes/**'],
  vitest: ['packages/testing/**', 'packages/{cluster,log-archive}/conformance/**'],
  'node:child_process': ['packages/{cluster-process,cli,testing}/**', 'infra/{servers,images}/**'],
};

/** No clock, no I/O, no chance: what they give depends on what they are given and on nothing else. */
const PURE = ['contracts', 'lifecycle', 'trace', 'evidence', 'diagnosis'];

const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b|\bfetch\(/;

/** Who may take signals and end the process. The agent of one evaluation is a program of its own. */
const PROGRAMS = ['packages/{service-kit,cli}/**', 'packages/cluster-process/src/agent/main.ts'];

const TAGS = ['core', 'port', 'adapter', 'kit', 'service', 'app', 'support', 'test'];

const product = filesBelow('src', 'conformance');
const tests = [...filesBelow('test'), ...typescriptFiles('test')];

/** `file: problem` for each file that has one; an empty list is what every test here wants to see. */
function problems(
  files: readonly SourceFile[],
  find: (file: SourceFile) => string | readonly string[] | undefined,
): string[] {
  return files.flatMap((file) => [find(file) ?? []].flat().map((problem) => `${file.path}: ${problem}`));
}

/** `typebox/compile` → `typebox`, `@opentelemetry/api` as it is. */
const libraryOf = (module: string): string =>
  module.startsWith('node:')
    ? module
    : module
        .split('/')
        .slice(0, module.startsWith('@') ? 2 : 1)
        .join('/');

const ownersOf = (library: string): readonly string[] | undefined =>
  OWNERS[library] ?? Object.entries(OWNERS).find(([pattern]) => matchesGlob(library, pattern))?.[1];

const isThirdParty = (module: string): boolean => !module.startsWith('.') && !/^(?:node:|@lacuna\/)/.test(module);

describe('libraries', () => {
  test('each is imported by its owners only', () => {
    const trespass = problems(product, (file) =>
      importsOf(file)
        .filter((module) => isThirdParty(module) || libraryOf(module) in OWNERS)
        .filter((module) => ownersOf(libraryOf(module))?.some((owner) => matchesGlob(file.path, owner)) !== true),
    );
    expect(trespass).toEqual([]);
  });

  test('each has one exact version, the same everywhere', () => {
    const versions = new Map<string, Set<string>>();
    for (const home of ['.', 'test', ...PACKAGES]) {
      const { dependencies = {}, devDependencies = {} } = packageJsonOf(home);
      for (const [library, version] of Object.entries({ ...dependencies, ...devDependencies }))
        versions.set(library, (versions.get(library) ?? new Set()).add(version));
    }
    const loose = [...versions].filter(([, all]) => all.size > 1 || ![...all].every((version) => /^\d/.test(version)));
    expect(loose.map(([library, all]) => `${library}: ${[...all].join(', ')}`)).toEqual([]);
  });
});

describe('packages', () => {
  test('each is tagged with its layer, which turbo boundaries goes by', () => {
    const tagsOf = (home: string): string[] =>
      (JSON.parse(readFileSync(join(ROOT, home, 'turbo.json'), 'utf8')) as { tags: string[] }).tags;
    const untagged = [...PACKAGES, 'test'].filter((home) => !tagsOf(home).every((tag) => TAGS.includes(tag)));
    expect(untagged).toEqual([]);
  });

  test('each says what it is for and lists what it exports by name', () => {
    const indexes = product.filter(({ path }) => path.endsWith('/src/index.ts'));
    const unclear = problems(indexes, ({ text }) => [
      ...(text.startsWith('/**') ? [] : ['does not open with a paragraph']),
      ...(/^export \*/m.test(text) ? ['exports everything of a file'] : []),
    ]);
    expect(unclear).toEqual([]);
  });

  test('the product never imports the fixtures', () => {
    const files = product.filter(({ path }) => !path.startsWith('packages/testing/'));
    expect(problems(files, (file) => importsOf(file).filter((module) => module.startsWith('@lacuna/testing')))).toEqual(
      [],
    );
  });

  test('none reaches into another package', () => {
    const deep = /^@lacuna\/[^/]+\/(?!conformance$|fake$|testing$)/;
    expect(problems([...product, ...tests], (file) => importsOf(file).filter((module) => deep.test(module)))).toEqual(
      [],
    );
  });
});

describe('what nobody uses', () => {
  const sources = everySource();

  test('no name is exported that nobody imports', () => {
    expect(unusedExports(sources)).toEqual([]);
  });

  test('there is no file that nobody imports or starts', () => {
    expect(unusedFiles(sources)).toEqual([]);
  });
});

describe('effects', () => {
  test('only programs, through service-kit or the command line, touch signals and end the process', () => {
    const files = product.filter(({ path }) => !PROGRAMS.some((program) => matchesGlob(path, program)));
    const touching = problems(
      files,
      ({ text }) => text.match(/process\.(?:exit\(|(?:on|once)\(\s*'SIG)/g) ?? undefined,
    );
    expect(touching).toEqual([]);
  });

  test('the pure packages use no clock, no chance, no I/O', () => {
    const files = product.filter(({ path }) => PURE.some((name) => path.startsWith(`packages/${name}/`)));
    const impure = problems(files, (file) => [
      ...importsOf(file).filter((module) => module.startsWith('node:') && module !== 'node:crypto'),
      ...(IMPURE.exec(file.text) ?? []),
    ]);
    expect(impure).toEqual([]);
  });
});

describe('files', () => {
  test('each is named after the one idea in it', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|types)(?:\.ts$|\/)/;
    const names = [...product, ...tests]
      .map(({ path }) => path)
      .filter((path) => vague.test(path) || /[A-Z_ ]/.test(path));
    expect(names).toEqual([]);
  });

  test('none is longer than 300 lines, no test longer than 500', () => {
    const lengthOf = ({ text }: SourceFile): number => text.split('\n').length - 1;
    const over = (limit: number) => (file: SourceFile) =>
      lengthOf(file) > limit ? `${lengthOf(file)} lines` : undefined;
    expect([...problems(product, over(300)), ...problems(tests, over(500))]).toEqual([]);
  });

  test('none imports itself by way of others', () => {
    expect(importCircles([...product, ...tests])).toEqual([]);
  });

  test('none has a decorator, which node can not run', () => {
    expect(problems(product, ({ text }) => /^\s*@\w+.*$/m.exec(text)?.[0])).toEqual([]);
  });
});
