import { go } from './go.ts';
import { jest } from './jest.ts';
import type { Format } from './line-reader.ts';
import { nodeSpec } from './node-spec.ts';
import { pytest } from './pytest.ts';
import { tap } from './tap.ts';
import { vitest } from './vitest.ts';

/** `auto` takes the first format that a line is characteristic of; `none` reads nothing. */
export type ReportKind = 'auto' | 'none' | 'pytest' | 'tap' | 'vitest' | 'jest' | 'go';

/** What may stand in a log of each kind: node:test writes TAP or its spec format, vitest its own or TAP. */
export const FORMATS: Readonly<Record<ReportKind, readonly Format[]>> = {
  auto: [pytest, vitest, go, jest, nodeSpec, tap],
  none: [],
  pytest: [pytest],
  tap: [tap, nodeSpec],
  vitest: [vitest, tap],
  jest: [jest],
  go: [go],
};
