import { dirname, join } from 'node:path/posix';
import { packageJsonOf, PACKAGES } from './source-tree.ts';

/** `@lacuna/contracts/testing` → `packages/contracts/testing/index.ts`, by the `exports` of the package. */
const MODULES = new Map(
  PACKAGES.flatMap((home) => {
    const { name, exports = {} } = packageJsonOf(home) as unknown as { name: string; exports?: Record<string, string> };
    return Object.entries(exports).map(([path, file]) => [join(name, path), join(home, file)] as const);
  }),
);

/** Files that packages give out. */
export const WAYS_IN = new Set(MODULES.values());

/** The file that an import in `path` names, if it is one of ours. */
export const importedFile = (path: string, module: string): string | undefined =>
  module.startsWith('.') ? join(dirname(path), module) : MODULES.get(module);
