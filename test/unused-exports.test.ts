import { expect, test } from 'vitest';
import { unusedExports } from './support/unused-exports.ts';
import { unusedFiles } from './support/unused-files.ts';

const sources = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => ({ path, text }));
const A = 'packages/contracts/src/a.ts';
const INDEX = 'packages/contracts/src/index.ts';
const NOBODY = 'is imported by nobody: remove its "export", or all of it if its own file does not use it';

test.each([
  ['export const one = 1;', "import { one } from './a.ts';"],
  ['export async function one() {}', "import { two, one as three } from './a.ts';"],
  ['export interface one {}', "import {\n  type one,\n} from './a.ts';"],
  ['export const { one } = await load();', "const { one } = await import('./a.ts');"],
  ['const one = 1;\nexport { one };', "const read = async () => (await import('./a.ts')).one;"],
])('%j is used by %j, and by nobody without it', (definition, use) => {
  expect(unusedExports(sources({ [A]: definition, 'packages/contracts/src/b.ts': use }), {})).toEqual([]);
  expect(unusedExports(sources({ [A]: definition }), {})).toEqual([`${A}: one ${NOBODY}`]);
});

test('a test is a reason to export a type, and none for code unless it is said why', () => {
  const files = sources({
    [A]: 'export const one = 1;\nexport type Two = 2;',
    'packages/contracts/test/a.test.ts': "import { one, type Two } from '../src/a.ts';",
  });
  expect(unusedExports(files, {})).toEqual([expect.stringMatching(`^${A}: one is imported by tests only: .*KEPT`)]);
  expect(unusedExports(files, { [`${A} one`]: 'said why' })).toEqual([]);
});

test('what an index hands on is for other packages', () => {
  const index = {
    [A]: 'export const one = 1;',
    [INDEX]: "export { one } from './a.ts';",
    'packages/contracts/src/b.ts': "import { one } from './index.ts';",
  };
  expect(unusedExports(sources(index), {})).toEqual([
    expect.stringContaining(`${INDEX}: one is handed on to no other`),
  ]);
  const other = { 'packages/lifecycle/src/c.ts': "import { one } from '@lacuna/contracts';" };
  expect(unusedExports(sources({ ...index, ...other }), {})).toEqual([]);
});

test('a reason that keeps nothing is told', () => {
  expect(unusedExports([], { [`${A} one`]: 'said why' })).toEqual([
    `KEPT: '${A} one' keeps nothing any more: remove it`,
  ]);
});

test('a file is used when it is imported, started by its name, or the way into its package', () => {
  const files = {
    [INDEX]: "import './a.ts';\nconst MAIN = new URL('run/main.ts', import.meta.url);",
    [A]: '',
    'packages/contracts/src/run/main.ts': '',
    'packages/contracts/src/left.ts': '',
  };
  expect(unusedFiles(sources(files))).toEqual([
    'packages/contracts/src/left.ts: nobody imports or starts it: delete it',
  ]);
});
