import type { SourceFile } from './source-tree.ts';

/** A name that a file gives out. */
export interface NamedExport {
  readonly name: string;
  /** A type has no code behind it. */
  readonly isType: boolean;
  /** Handed on from another file of ours, and not defined in this one. */
  readonly isHandedOn: boolean;
}

interface NamedImport {
  readonly module: string;
  readonly name: string;
}

const DEFINED =
  /^export\s+(?:async\s+|abstract\s+)*(function\*?|const|let|class|interface|type|enum)\s+(\w+|\{[^}]*\})/gm;
const LISTED = /^(import|export)\s+(type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}(?:\s*from\s+'([^']+)')?/gm;
const LOADED = [/(\{[^{}]*\})\s*=\s*await import\(\s*'([^']+)'/g, /\bimport\(\s*'([^']+)'\s*\)\)?\s*\.(\w+)/g] as const;

/** What a file exports by name, with what it hands on from others. */
export function namedExports({ text }: SourceFile): NamedExport[] {
  const defined = [...text.matchAll(DEFINED)].flatMap(([, kind = '', names = '']) =>
    entriesOf(names).map(({ as }) => ({ name: as, isType: /^(?:interface|type)$/.test(kind), isHandedOn: false })),
  );
  const listed = [...text.matchAll(LISTED)]
    .filter(([, keyword]) => keyword === 'export')
    .flatMap(([, , type, names = '', module]) =>
      entriesOf(names).map(({ as, isType }) => ({
        name: as,
        isType: isType || type !== undefined,
        isHandedOn: module?.startsWith('.') === true,
      })),
    );
  return [...defined, ...listed];
}

/** What a file takes from others by name, also to hand it on or when it is needed only. */
export function namedImports({ text }: SourceFile): NamedImport[] {
  const [unpacked, member] = LOADED;
  return [
    ...[...text.matchAll(LISTED)].flatMap(([, , , names = '', module]) => takenFrom(module, names)),
    ...[...text.matchAll(unpacked)].flatMap(([, names = '', module]) => takenFrom(module, names)),
    ...[...text.matchAll(member)].flatMap(([, module, name = '']) => takenFrom(module, name)),
  ];
}

const takenFrom = (module: string | undefined, names: string): NamedImport[] =>
  module === undefined ? [] : entriesOf(names).map(({ name }) => ({ module, name }));

/** `{ a, type B as C }` entry by entry. */
const entriesOf = (names: string) =>
  names
    .split(',')
    .map((entry) => /^(type\s+)?(\w+)(?:(?:\s+as\s+|\s*:\s*)(\w+))?/.exec(entry.replace(/^[\s{]+/, '')))
    .filter((entry) => entry !== null)
    .map(([, type, name = '', as = name]) => ({ name, as, isType: type !== undefined }));
