import type { Case } from './case.ts';
import { go } from './go.ts';
import { jest } from './jest.ts';
import { nodeTest } from './node-test.ts';
import { pytest } from './pytest.ts';
import { tap } from './tap.ts';
import { vitest } from './vitest.ts';

const CASES = { pytest, 'node-test': nodeTest, vitest, jest, go, tap } as const;
export type Tool = keyof typeof CASES;
export const TOOLS = Object.keys(CASES) as readonly Tool[];

export function casesOf(tool: Tool): [name: string, truth: Case][] {
  return Object.entries<Case>(CASES[tool]);
}
